import fc from "fast-check";
import { expect, it } from "vitest";
import {
  checkKeepaliveSettings,
  keepaliveBound,
  keepaliveFor,
  type Requirements,
  TCP_SEGMENT_OCTETS,
  trustKernel,
} from "../src/index.js";
import { seededRandom } from "./harness/random.js";

const segment = [TCP_SEGMENT_OCTETS];
const KERNEL = {
  wire: { probe: { out: segment, in: segment }, beat: { out: [], in: [] }, loss: "delays" },
} as const;
const asked: Requirements = {
  detectWithinMs: 30_000,
  mistakesPerDay: 1,
  path: { rttMs: 40, lossRate: 0.01 },
  transport: KERNEL,
};

it("detects in time, idle and with data under way", () => {
  const found = keepaliveFor(asked);
  if (found.kind !== "met") throw new Error(found.why);
  checkKeepaliveSettings(found.options);
  for (const unacknowledgedData of [false, true]) {
    const { detectionMs } = keepaliveBound(found.options, { unacknowledgedData, rtoMs: 240 });
    expect(detectionMs.worst).toBeLessThanOrEqual(30_000);
    expect(detectionMs.worst).toBeGreaterThan(25_000);
  }
  expect(found.policy()).toMatchObject({ kernel: found.options, name: trustKernel(found.options)().name });
});

it("stays below what forgets, and sits out an outage", () => {
  const path = { rttMs: 40, forgetsAfterMs: 60_000, outageMs: 20_000 };
  const found = keepaliveFor({ detectWithinMs: 600_000, path, transport: KERNEL });
  if (found.kind !== "met") throw new Error(found.why);
  const { idleMs, intervalMs, probes } = found.options;
  expect(idleMs).toBe(30_000);
  expect(intervalMs * probes).toBeGreaterThan(20_000);
});

it("cannot be sooner than the kernel's whole seconds", () => {
  const found = keepaliveFor({ ...asked, detectWithinMs: 2000 });
  expect(found).toMatchObject({ kind: "cannot", unmet: ["detectWithinMs"] });
  if (found.kind !== "cannot") return;
  expect(found.nearest!.prediction.detectionMs.worst).toBeLessThan(6000);
});

it("promises no fewer mistakes than probes lost in a row make", () => {
  const of = { ...asked, mistakesPerDay: 20, path: { rttMs: 40, lossRate: 0.2 } };
  const found = keepaliveFor(of);
  if (found.kind !== "met") throw new Error(found.why);
  const { idleMs, intervalMs, probes } = found.options;
  const random = seededRandom(1);
  const answered = () => random() >= 0.2 && random() >= 0.2;
  const days = 2000;
  let mistakes = 0;
  let nowMs = 0;
  while (nowMs < days * 86_400_000) {
    nowMs += idleMs;
    let unanswered = 0;
    while (unanswered < probes && !answered()) {
      unanswered += 1;
      nowMs += intervalMs;
    }
    if (unanswered === probes) mistakes += 1;
  }
  const promised = 24 * found.prediction.mistakesPerHour * days;
  expect(mistakes).toBeLessThanOrEqual(promised + 4 * Math.sqrt(promised));
  expect(promised / days).toBeLessThanOrEqual(20);
  expect(mistakes).toBeGreaterThan(0);
});

it("any requirements: settings within the kernel's ranges and what was asked, or a named failure", () => {
  const maybe = (min: number, max: number) =>
    fc.option(fc.double({ min, max, noNaN: true }), { nil: undefined });
  const requirements = fc.record({
    detectWithinMs: fc.double({ min: 1, max: 86_400_000, noNaN: true }),
    mistakesPerDay: maybe(1e-9, 1000),
    octetsPerHour: maybe(1, 1e6),
    path: fc.record({
      rttMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
      jitterMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
      lossRate: fc.double({ min: 0, max: 0.9, noNaN: true }),
      forgetsAfterMs: fc.constantFrom(1, 3000, 300_000, Number.POSITIVE_INFINITY),
    }),
  });
  fc.assert(
    fc.property(requirements, ({ detectWithinMs, mistakesPerDay, octetsPerHour, path }) => {
      const limits = {
        detectWithinMs,
        ...(mistakesPerDay !== undefined && { mistakesPerDay }),
        ...(octetsPerHour !== undefined && { octetsPerHour }),
      };
      const found = keepaliveFor({ ...limits, path, transport: KERNEL });
      if (found.kind === "cannot") {
        for (const name of found.unmet) expect(limits).toHaveProperty(name);
        expect(found.unmet.length).toBeGreaterThan(0);
        expect(found.why).not.toMatch(/NaN|undefined|Infinity/);
        return;
      }
      checkKeepaliveSettings(found.options);
      expect(found.prediction.detectionMs.worst).toBeLessThanOrEqual(detectWithinMs);
      expect(24 * found.prediction.mistakesPerHour).toBeLessThanOrEqual(
        mistakesPerDay ?? Number.POSITIVE_INFINITY,
      );
      const { out, in: back } = found.prediction.octetsPerHour;
      expect(out + back).toBeLessThanOrEqual(octetsPerHour ?? Number.POSITIVE_INFINITY);
    }),
    { numRuns: 100 },
  );
});
