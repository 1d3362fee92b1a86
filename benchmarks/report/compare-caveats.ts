import { catalogueOf } from "./catalogue.js";
import type { Results } from "./results.js";

type Facts = Readonly<Record<string, string>>;

/** What makes two runs hard to compare, a clause each: another machine, other settings, other versions. */
export function caveatsOf(before: Results, after: Results): string[] {
  const { titleOfSubject } = catalogueOf(after);
  const said = (what: (name: string) => string, facts: (results: Results) => Facts) =>
    differing(facts(before), facts(after)).map(
      ([name, was, is]) => `${what(name)}: ${was} before, ${is} after`,
    );
  return [
    ...said((name) => `another ${name}`, circumstancesOf),
    ...said(
      (name) => `other settings of ${titleOfSubject(name)}`,
      ({ settings }) => quoted(settings.subjects),
    ),
    ...said(
      (name) => `another version of ${name}`,
      ({ environment }) => ({ ...environment.libraries, ...environment.tools }),
    ),
  ];
}

/** They have commas and colons of their own. */
function quoted(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).map(([name, words]) => [name, `"${words}"`]));
}

function circumstancesOf({ environment, settings }: Results): Facts {
  return {
    interval: `${settings.intervalMs} ms`,
    misses: String(settings.misses),
    wait: `${settings.waitMs} ms`,
    stage: environment.stage,
    machine: `${environment.cpus} × ${environment.cpuModel}`,
    kernel: environment.kernel,
    Node: environment.node,
  };
}

/** What both know, and not alike. */
function differing(before: Facts, after: Facts): [name: string, was: string, is: string][] {
  return Object.entries(before).flatMap(([name, was]) => {
    const is = after[name];
    return is === undefined || is === was ? [] : [[name, was, is] as [string, string, string]];
  });
}
