import { describe, expect, it } from "vitest";
import {
  answerOnly,
  datagramCost,
  fixedTimeout,
  keepaliveDetection,
  type Path,
  predict,
  streamCost,
  trustKernel,
  type WireCost,
} from "../src/index.js";

const UDP: { wire: WireCost } = { wire: datagramCost(5) };
const TCP: { wire: WireCost } = { wire: streamCost({ probeOut: 6, echoIn: 6, beatOut: 10 }) };
const path: Path = { rttMs: 20 };
const second = { intervalMs: 1000, detectMultiplier: 3 } as const;

describe("by hand", () => {
  it("a second, times three, over 20 ms: 2 to 3 s, and half a round trip and the timers on top", () => {
    const { detectionMs } = predict(UDP, fixedTimeout(second)(), path);
    expect(detectionMs.best).toBe(2000);
    expect(detectionMs.worst).toBe(3000 + 10 + 2);
    // E[G²] / 2E[G] for G = 875 ± 72.17 ms is 440.476 ms.
    expect(detectionMs.mean).toBeCloseTo(3000 - 440.476 + 10 + 1, 2);
  });

  it("an exact timer and no distance take nothing", () => {
    const { detectionMs } = predict(UDP, fixedTimeout(second)(), { rttMs: 0, timerSlackMs: 0 });
    expect(detectionMs.worst).toBe(3000);
  });

  it("an hour holds 3600 s / 875 ms probes, each with its echo", () => {
    const { framesPerHour, octetsPerHour } = predict(UDP, fixedTimeout(second)(), path);
    expect(framesPerHour.out).toBeCloseTo(3_600_000 / 875, 6);
    expect(framesPerHour.in).toBe(framesPerHour.out);
    expect(octetsPerHour.out).toBeCloseTo((52 * 3_600_000) / 875, 3);
  });

  it("over TCP an echo is acknowledged by a segment of its own", () => {
    const { framesPerHour, octetsPerHour } = predict(TCP, fixedTimeout(second)(), path);
    expect(framesPerHour.out / framesPerHour.in).toBeCloseTo(2, 9);
    expect(octetsPerHour.out / framesPerHour.in).toBeCloseTo(66 + 6 + 66, 9);
    expect(octetsPerHour.in / framesPerHour.in).toBeCloseTo(66 + 6, 9);
  });

  it("a listener sends nothing but acknowledgements", () => {
    const listen = fixedTimeout({ ...second, mode: "listen" })();
    expect(predict(UDP, listen, path).framesPerHour.out).toBe(0);
    const { framesPerHour } = predict(TCP, listen, path);
    expect(framesPerHour.out).toBe(framesPerHour.in);
  });

  it("keepalive costs a probe and its answer each idle time", () => {
    const wire: WireCost = { ...TCP.wire, probe: { out: [66], in: [66] } };
    const settings = { idleMs: 10_000, intervalMs: 1000, probes: 3 };
    const prediction = predict({ wire }, trustKernel(settings)(), path);
    expect(prediction.framesPerHour).toEqual({ out: 360, in: 360 });
    expect(prediction.octetsPerHour).toEqual({ out: 23_760, in: 23_760 });
    expect(prediction.detectionMs).toEqual(keepaliveDetection(settings));
    // The kernel rounds up to whole seconds.
    const rounded = predict({ wire }, trustKernel({ ...settings, idleMs: 9001 })(), path);
    expect(rounded.framesPerHour).toEqual({ out: 360, in: 360 });
  });
});

describe("what is not predicted", () => {
  it("mistakes where loss becomes delay, or where the kernel judges", () => {
    expect(
      predict(TCP, fixedTimeout(second)(), { rttMs: 20, lossRate: 0.1 }).mistakesPerHour,
    ).toBeUndefined();
    const kernel = trustKernel({ idleMs: 1000, intervalMs: 1000, probes: 3 })();
    expect(predict(UDP, kernel, { rttMs: 20, lossRate: 0.1 }).mistakesPerHour).toBeUndefined();
  });

  it("a policy that never judges never detects, makes no mistakes, and costs what it sends", () => {
    for (const policy of [answerOnly()(), answerOnly({ beatIntervalMs: 1000 })()]) {
      const prediction = predict(UDP, policy, path);
      const never = Number.POSITIVE_INFINITY;
      expect(prediction.detectionMs).toEqual({ best: never, mean: never, worst: never });
      expect(prediction.mistakesPerHour).toBe(0);
    }
    expect(predict(UDP, answerOnly()(), path).framesPerHour).toEqual({ out: 0, in: 0 });
    expect(predict(UDP, answerOnly({ beatIntervalMs: 1000 })(), path).framesPerHour.out).toBeGreaterThan(
      4000,
    );
  });
});

describe("more of the bad is never better", () => {
  it("mistakes grow with loss, from none", () => {
    const mistakes = [0, 0.01, 0.05, 0.1, 0.3, 0.5].map(
      (lossRate) => predict(UDP, fixedTimeout(second)(), { rttMs: 20, lossRate }).mistakesPerHour!,
    );
    expect(mistakes[0]).toBe(0);
    expect(mistakes).toEqual([...mistakes].sort((a, b) => a - b));
    expect(new Set(mistakes).size).toBe(mistakes.length);
  });

  it("a longer timeout makes fewer mistakes and detects later", () => {
    const [short, long] = [3, 5].map((detectMultiplier) =>
      predict(UDP, fixedTimeout({ intervalMs: 1000, detectMultiplier })(), { rttMs: 20, lossRate: 0.2 }),
    );
    expect(long!.mistakesPerHour!).toBeLessThan(short!.mistakesPerHour!);
    expect(long!.detectionMs.worst).toBe(short!.detectionMs.worst + 2000);
  });
});
