import { fixedTimeout } from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { simulate } from "../../src/index.js";
import { calm, constant, exponential } from "./worlds.js";

describe("a monitor that is blocked nearly all of the time still finds the dead, in true time", () => {
  const busy = (everyMs: number, lastingMs: number) =>
    calm({
      durationMs: 300_000,
      crashes: { every: exponential(60_000), lasting: constant(30_000) },
      monitorStalls: { every: constant(everyMs), lasting: constant(lastingMs) },
    });

  it.each([
    ["listen", 1, 60],
    ["listen", 2, 100],
    ["echo", 1, 60],
    ["echo", 2, 100],
    ["beat", 1, 60],
  ] as const)("mode %s: runs for %d ms, is blocked for %d ms", (mode, everyMs, lastingMs) => {
    const policy = fixedTimeout({ intervalMs: 500, mode });
    const { violation, ledger } = simulate(busy(everyMs, lastingMs), policy);
    expect(violation).toBeUndefined();
    expect(ledger.quality().detectionMs.count).toBeGreaterThan(20);
    expect(ledger.quality().mistakes).toBe(0);
  });
});
