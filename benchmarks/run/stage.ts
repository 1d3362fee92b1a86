import pc from "picocolors";
import { createLab, createLoopback, enterLab, insideLab, type Lab, labSupport } from "../lab/index.js";
import type { StageKind } from "./assemble.js";

/** Where a comparison takes place, and what cannot be measured there. */
export interface Stage {
  readonly kind: StageKind;
  readonly openLab: (name: string) => Promise<Lab>;
  /** Why faults of the network and octets cannot be measured here; undefined where they can. */
  readonly notHere: string | undefined;
}

const KIND_VARIABLE = "HEARTWIRE_STAGE";

/**
 * Does something on the best stage that this machine and user can have: in private namespaces, for which the
 * program runs again inside of them; or, where they cannot be made, on loopback, and says why.
 *
 * @param program the path of the program that is running: it is run again, with `args`
 * @param act what to do; returns an exit code
 */
export async function onStage(
  program: string,
  args: readonly string[],
  act: (stage: Stage) => Promise<number>,
): Promise<number> {
  if (insideLab()) {
    // Told by the process outside: inside a user namespace everybody is root.
    const rootless = process.env[KIND_VARIABLE] === "rootless-namespaces";
    const kind = rootless ? "rootless-namespaces" : "namespaces";
    return act({ kind, openLab: createLab, notHere: undefined });
  }
  const support = await labSupport();
  if (support.kind === "none") {
    process.stderr.write(`${pc.yellow("Only what loopback can show is measured.")} ${support.why}\n`);
    return act({ kind: "loopback", openLab: closedOnSignals(createLoopback), notHere: support.why });
  }
  process.env[KIND_VARIABLE] = support.rootless ? "rootless-namespaces" : "namespaces";
  return enterLab(support, program, args);
}

/**
 * Labs made by `open` are closed when this process is told to end. Inside namespaces a signal ends everything
 * by itself; outside, stopped processes would stay.
 */
function closedOnSignals(open: (name: string) => Promise<Lab>): (name: string) => Promise<Lab> {
  const labs: Lab[] = [];
  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, async () => {
      await Promise.all(labs.map((lab) => lab.close()));
      process.exit(status);
    });
  }
  return async (name) => {
    const lab = await open(name);
    labs.push(lab);
    return lab;
  };
}
