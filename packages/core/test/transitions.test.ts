import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Detector, fixedTimeout, type Input, isFinal, type State, TRANSITIONS } from "../src/index.js";
import { anyInput } from "./harness/arbitraries.js";

const STATES: readonly State[] = ["pending", "alive", "suspect", "dead", "left"];
const TRIGGERS = ["evidence", "doubt", "expiry", "failure", "farewell"] as const;

/** The table as a person reads it. */
function printed(): string {
  const row = (cells: readonly string[]) =>
    cells
      .map((cell) => cell.padEnd(8))
      .join(" ")
      .trimEnd();
  const rows = STATES.map((state) => row([state, ...TRIGGERS.map((trigger) => TRANSITIONS[state][trigger])]));
  return [row(["", ...TRIGGERS]), ...rows].join("\n");
}

/** What an input may trigger; a tick that finds both thresholds passed goes to the end at once. */
const MAY_TRIGGER: Readonly<Record<Input["type"], readonly (typeof TRIGGERS)[number][]>> = {
  opened: [],
  received: ["evidence", "farewell"],
  active: ["evidence"],
  doubted: ["doubt"],
  reprieved: [],
  rejected: [],
  closed: ["failure", "farewell"],
  tick: ["doubt", "expiry"],
  stalled: [],
  deaf: [],
};

describe("the state machine", () => {
  it("is this table", () => {
    expect(`\n${printed()}\n`).toMatchInlineSnapshot(`
      "
               evidence doubt    expiry   failure  farewell
      pending  alive    suspect  dead     dead     left
      alive    alive    suspect  dead     dead     left
      suspect  alive    suspect  dead     dead     left
      dead     dead     dead     dead     dead     dead
      left     left     left     left     left     left
      "
    `);
  });

  it("is total: every state knows what to do with every trigger", () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...STATES].sort());
    for (const state of STATES) {
      expect(Object.keys(TRANSITIONS[state]).sort()).toEqual([...TRIGGERS].sort());
      for (const trigger of TRIGGERS) expect(STATES).toContain(TRANSITIONS[state][trigger]);
    }
  });

  it("nothing leaves a final state, and something leaves every other", () => {
    for (const state of STATES) {
      const goals = new Set(TRIGGERS.map((trigger) => TRANSITIONS[state][trigger]));
      expect([...goals].every((goal) => goal === state)).toBe(isFinal(state));
    }
  });

  it("every state but the first can be reached, and pending is never returned to", () => {
    const goals = new Set(STATES.flatMap((state) => TRIGGERS.map((trigger) => TRANSITIONS[state][trigger])));
    expect([...goals].sort()).toEqual(["alive", "dead", "left", "suspect"]);
  });

  it("the detector makes no move that is not in it, and each of those in it", () => {
    const seen = new Set<string>();
    const inputs = fc.array(fc.tuple(fc.nat(1600), anyInput), { maxLength: 40 });
    fc.assert(
      fc.property(inputs, fc.constantFrom("echo", "beat", "listen"), (steps, mode) => {
        const detector = new Detector(fixedTimeout({ intervalMs: 1000, mode })(), { proves: "process" }, 0);
        let nowMs = 0;
        for (const [afterMs, input] of steps) {
          nowMs += afterMs;
          const from = detector.state;
          detector.handle(input, nowMs);
          const to = detector.state;
          if (from === to) continue;
          const trigger = MAY_TRIGGER[input.type].find((each) => TRANSITIONS[from][each] === to);
          expect(trigger, `${from} → ${to} by ${input.type}`).toBeDefined();
          seen.add(`${from} → ${to}`);
        }
      }),
      { numRuns: 3000 },
    );
    const inTable = STATES.flatMap((from) =>
      TRIGGERS.map((trigger) => [from, TRANSITIONS[from][trigger]] as const)
        .filter(([, to]) => to !== from)
        .map(([, to]) => `${from} → ${to}`),
    );
    expect([...seen].sort()).toEqual([...new Set(inTable)].sort());
  });
});
