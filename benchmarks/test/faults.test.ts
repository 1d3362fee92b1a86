import { describe, expect, it } from "vitest";
import { faults, quickFaults } from "../faults/index.js";

describe("the faults", () => {
  it("have names of their own, fit for files, and titles of their own", () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
    expect(new Set(faults.map(({ title }) => title)).size).toBe(faults.length);
    for (const { name } of faults) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  it("that are harmless say how long they go on, and the others do not", () => {
    for (const { name, effect, lastsMs } of faults) {
      expect(lastsMs !== undefined, name).toBe(effect.kind === "harmless");
    }
  });

  it("of the quick comparison are all real, need nothing special, and are among them", () => {
    expect(quickFaults.map(({ name }) => name)).toEqual([
      "kill",
      "cable-pulled-at-peer",
      "silent-cut-idle",
      "silent-cut-unacknowledged",
      "hang",
    ]);
    for (const fault of quickFaults) {
      expect(faults).toContain(fault);
      expect(fault.needs).toBeUndefined();
      expect(fault.effect.kind).not.toBe("harmless");
    }
  });

  it("cover every kind of effect", () => {
    expect(new Set(faults.map(({ effect }) => effect.kind))).toEqual(
      new Set([
        "process-ended",
        "process-hung",
        "application-unhealthy",
        "path-cut",
        "host-rebooted",
        "silent-behind-proxy",
        "harmless",
      ]),
    );
  });
});
