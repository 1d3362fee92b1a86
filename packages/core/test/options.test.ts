import { describe, expect, it } from "vitest";
import {
  answerOnly,
  datagramCost,
  type FixedTimeoutOptions,
  fixedTimeout,
  type KeepaliveSettings,
  type Path,
  type PolicyMode,
  predict,
  trustKernel,
} from "../src/index.js";

const { NaN: nan, POSITIVE_INFINITY: never } = Number;

/** The option, its value, and what it goes with. */
type Wrong<Options> = [keyof Options & string, unknown, Partial<Options>?];

function refuses(made: () => unknown, name: string, value: unknown): void {
  expect(made).toThrow(RangeError);
  expect(made).toThrow(
    expect.objectContaining({ message: expect.stringMatching(new RegExp(`^${name} must `)) }),
  );
  expect(made).toThrow(`not ${String(value)}`);
}

describe("fixedTimeout refuses what cannot work, with its name and value", () => {
  const wrong: Wrong<FixedTimeoutOptions>[] = [
    ...[0, 0.5, -1000, nan, never, 2 ** 32, undefined, null, "1000", {}].map(
      (value): Wrong<FixedTimeoutOptions> => ["intervalMs", value],
    ),
    ...[1, 0.5, 0, -3, nan, never, "3", null].map(
      (value): Wrong<FixedTimeoutOptions> => ["detectMultiplier", value],
    ),
    ...["push", "", null, 7].map((value): Wrong<FixedTimeoutOptions> => ["mode", value]),
    ...[999, 3001, 0, -1, nan, never, "1500"].map(
      (value): Wrong<FixedTimeoutOptions> => ["suspectAfterMs", value],
    ),
    ["suspectAfterMs", 1200, { detectMultiplier: 1.1 }],
    ...[0, 0.9, -1, nan, "375"].map((value): Wrong<FixedTimeoutOptions> => ["confirmIntervalMs", value]),
    ...[999, 0, -1, nan, never, 2 ** 32, "9"].map(
      (value): Wrong<FixedTimeoutOptions> => ["maxIntervalMs", value],
    ),
  ];
  it.each(wrong)("%s: %j", (name, value, others = {}) => {
    const options = { intervalMs: 1000, ...others, [name]: value } as FixedTimeoutOptions;
    refuses(() => fixedTimeout(options), name, value);
  });

  it("and takes what can, to the very edges", () => {
    const right: FixedTimeoutOptions[] = [
      { intervalMs: 1 },
      { intervalMs: 2 ** 32 - 1 },
      { intervalMs: 1000, detectMultiplier: 1.0001 },
      { intervalMs: 1000, suspectAfterMs: 1000 },
      { intervalMs: 1000, suspectAfterMs: 3000 },
      { intervalMs: 1000, confirmIntervalMs: never },
      { intervalMs: 1000, confirmIntervalMs: 1 },
      { intervalMs: 1000, maxIntervalMs: 1000 },
    ];
    for (const options of right) {
      const { intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs } = fixedTimeout(options)();
      expect(intervalMs).toBe(options.intervalMs);
      expect(suspectAfterMs).toBeGreaterThanOrEqual(intervalMs);
      expect(suspectAfterMs).toBeLessThanOrEqual(deadAfterMs);
      expect(confirmIntervalMs).toBeGreaterThanOrEqual(1);
    }
  });

  it("by default: three intervals, suspect at half of them, fifteen confirming probes", () => {
    expect(fixedTimeout({ intervalMs: 1000 })()).toMatchObject({
      name: "fixed-timeout",
      mode: "echo",
      deadAfterMs: 3000,
      suspectAfterMs: 1500,
      confirmIntervalMs: 100,
    } satisfies { mode: PolicyMode } & Record<string, unknown>);
  });

  it.each([
    [40, 5],
    [80, 10],
    [160, 20],
    [400, 20],
    [600, 20],
    [3000, 100],
  ])(
    "confirming probes are not crowded: in a phase of half of %d ms one each %d ms",
    (deadAfterMs, everyMs) => {
      const policy = fixedTimeout({ intervalMs: deadAfterMs / 4, detectMultiplier: 4 })();
      expect(policy.deadAfterMs - policy.suspectAfterMs).toBe(deadAfterMs / 2);
      expect(policy.confirmIntervalMs).toBe(everyMs);
    },
  );

  it("a healthy peer is never suspect by default, however short the timeout: 1.25 intervals, if there are", () => {
    expect(fixedTimeout({ intervalMs: 1000, detectMultiplier: 2 })().suspectAfterMs).toBe(1250);
    expect(fixedTimeout({ intervalMs: 1000, detectMultiplier: 1.1 })().suspectAfterMs).toBeCloseTo(1100, 9);
  });
});

describe("trustKernel refuses what the kernel would", () => {
  const wrong: Wrong<KeepaliveSettings>[] = [
    ...[0, -1, nan, 32_768_000, never, undefined].map((value): Wrong<KeepaliveSettings> => ["idleMs", value]),
    ...[0, -1, nan, 32_768_000, "1000"].map((value): Wrong<KeepaliveSettings> => ["intervalMs", value]),
    ...[0, 128, 1.5, nan, -1, "3"].map((value): Wrong<KeepaliveSettings> => ["probes", value]),
    ...[-1, 0.5, nan, 2 ** 31, never].map((value): Wrong<KeepaliveSettings> => ["userTimeoutMs", value]),
  ];
  it.each(wrong)("%s: %j", (name, value) => {
    const settings = { idleMs: 1000, intervalMs: 1000, probes: 3, [name]: value } as KeepaliveSettings;
    refuses(() => trustKernel(settings), name, value);
  });

  it("and keeps its own copy of what it takes", () => {
    const settings = { idleMs: 32_767_000, intervalMs: 1000, probes: 127, userTimeoutMs: 0 };
    const { kernel } = trustKernel(settings)();
    settings.probes = 1;
    expect(kernel?.probes).toBe(127);
    expect(Object.isFrozen(kernel)).toBe(true);
  });
});

describe("answerOnly refuses an interval that no beat could announce", () => {
  it.each([0, -1, nan, never, 2 ** 32, "1000", null])("beatIntervalMs: %j", (value) => {
    refuses(() => answerOnly({ beatIntervalMs: value as number }), "beatIntervalMs", value);
  });
});

describe("predict refuses a path that cannot be", () => {
  const wrong: Wrong<Path>[] = [
    ...[-1, nan, undefined].map((value): Wrong<Path> => ["rttMs", value]),
    ...[-0.1, 1, 2, nan].map((value): Wrong<Path> => ["lossRate", value]),
  ];
  it.each(wrong)("%s: %j", (name, value) => {
    const path = { rttMs: 20, [name]: value } as Path;
    const policy = fixedTimeout({ intervalMs: 1000 })();
    refuses(() => predict({ wire: datagramCost(5) }, policy, path), name, value);
  });
});
