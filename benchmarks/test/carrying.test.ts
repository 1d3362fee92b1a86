import { describe, expect, test } from "vitest";
import { carrying, changingPayload, isIntact } from "../subjects/carrying.js";
import { NOMINAL } from "../subjects/index.js";
import type { LinkReport } from "../subjects/subject.js";
import { reportEvent } from "../subjects/watch.js";

describe("what a heartbeat carries in the comparison", () => {
  test("is another each time, and known for whole", () => {
    const next = changingPayload(64);
    const payloads = Array.from({ length: 300 }, next);
    expect(payloads.every((payload) => isIntact(payload, 64))).toBe(true);
    expect(payloads.every((payload, index) => index === 0 || payload[0] !== payloads[index - 1]![0])).toBe(
      true,
    );
  });

  test("is not whole when a part is missing, foreign or harmed", () => {
    const payload = changingPayload(64)();
    const harmed = Uint8Array.from(payload, (value, index) => (index === 63 ? value ^ 1 : value));
    expect(isIntact(undefined, 64)).toBe(false);
    expect(isIntact(payload.subarray(1), 64)).toBe(false);
    expect(isIntact(payload, 63)).toBe(false);
    expect(isIntact(harmed, 64)).toBe(false);
  });

  test("is nothing, and nobody beats, unless asked for", () => {
    expect(carrying({ settings: NOMINAL })).toEqual({});
    const { beatIntervalMs, payload } = carrying({ settings: NOMINAL, payloadOctets: 8 });
    expect(beatIntervalMs).toBe(NOMINAL.intervalMs);
    expect(payload?.()).toHaveLength(8);
  });
});

test("a beat without its octets is told as such, an echo that came between is no beat", () => {
  const told: LinkReport[] = [];
  const payload = changingPayload(8)();
  for (const event of [{ payload }, {}, { rttMs: 0.2 }]) {
    reportEvent(3, { type: "heartbeat", atMs: 0, ...event }, (report) => told.push(report), 8);
  }
  reportEvent(3, { type: "heartbeat", atMs: 0, payload }, (report) => told.push(report));
  expect(told).toEqual([
    { type: "carried", link: 3, intact: true },
    { type: "carried", link: 3, intact: false },
  ]);
});
