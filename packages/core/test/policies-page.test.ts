import { readFileSync } from "node:fs";
import { format } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import * as core from "../src/index.js";
import { Answering, type Fate } from "./harness/answering.js";
import { ADAPTIVE, normal } from "./harness/gaps.js";
import { seededRandom } from "./harness/random.js";

const page = readFileSync(new URL("../POLICIES.md", import.meta.url), "utf8");
const HOUR_MS = 3_600_000;

const PATHS: readonly ((random: () => number) => Fate)[] = [
  (random) => 20 + 10 * random(),
  (random) => (random() < 0.1 ? "lost" : 20 + 10 * random()),
  (random) => Math.min(1500, 200 + Math.abs(400 * normal(random))),
];
const POLICIES = { "fixed timeout": core.fixedTimeout, ...ADAPTIVE };

/** The mean threshold of death over an hour, and how many suspicions; a death would be told. */
function anHour(
  make: (options: { intervalMs: number }) => core.PolicyFactory,
  fate: (typeof PATHS)[number],
): string {
  const policy = make({ intervalMs: 1000 })();
  const random = seededRandom(1);
  const bench = new Answering(
    () => policy,
    random,
    () => fate(random),
  );
  let sumMs = 0;
  for (let second = 1; second <= 3600; second++) {
    bench.runTo(second * 1000);
    sumMs += policy.deadAfterMs;
  }
  expect(bench.nowMs).toBe(HOUR_MS);
  expect(bench.detector.state).not.toBe("dead");
  const suspicions = bench.eventTypes.filter((type) => type === "suspect").length;
  return `${(sumMs / 3600 / 1000).toFixed(1)} s, suspect ${suspicions} ×`;
}

describe("POLICIES.md", () => {
  it.each(Object.entries(POLICIES))("tells of %s what an hour shows", (name, make) => {
    const cells = PATHS.map((fate) => anHour(make, fate));
    expect(page).toContain(`| ${name} | ${cells.join(" | ")} |\n`);
  });

  it("has an example, and what it prints", () => {
    const [, code = "", printed = ""] = /```ts\n(import.*?)```\n\n```text\n(.*?)```/s.exec(page) ?? [];
    let output = "";
    const log = (...values: unknown[]) => {
      output += `${format(...values)}\n`;
    };
    runInNewContext(code.replace(/^import \{(.*)\} from .*$/m, "const {$1} = core;"), {
      core,
      console: { log },
    });
    expect(output).not.toBe("");
    expect(printed).toBe(output);
  });

  it("names the defaults as they are", () => {
    const policy = core.phiAccrual({ intervalMs: 1000 })();
    expect(policy.deadAfterMs).toBe(3000);
    for (let count = 0; count < 29; count++) policy.observe?.(1000);
    expect(policy.deadAfterMs).toBe(3000);
    policy.observe?.(1000);
    expect(policy.deadAfterMs).toBe(2 * 1000);
    for (let count = 0; count < 100; count++) policy.observe?.(count % 2 === 0 ? 1000 : 1e6);
    expect(policy.deadAfterMs).toBe(3 * 3000);
  });
});
