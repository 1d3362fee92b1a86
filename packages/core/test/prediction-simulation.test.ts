import { describe, expect, it } from "vitest";
import {
  answerOnly,
  datagramCost,
  type FixedTimeoutOptions,
  fixedTimeout,
  type Path,
  predict,
} from "../src/index.js";
import { seededRandom } from "./harness/random.js";
import { evenPath } from "./harness/rough-path.js";

const UDP = { wire: datagramCost(5) };
const HOUR_MS = 3_600_000;

/** The end that goes with a policy: one that answers, or one that beats as often. */
function peerOf({ mode = "echo", intervalMs }: FixedTimeoutOptions) {
  return mode === "echo" ? answerOnly() : answerOnly({ beatIntervalMs: intervalMs });
}

/** Detection latencies of a real detector, over faults spread evenly in time. */
function latenciesMs(of: FixedTimeoutOptions, path: Path, trials: number, seed: number): number[] {
  const random = seededRandom(seed);
  const latencies: number[] = [];
  while (latencies.length < trials) {
    const pair = evenPath({ ...path, monitor: fixedTimeout(of), peer: peerOf(of), random });
    const faultMs = (20 + 10 * random()) * of.intervalMs;
    pair.runTo(faultMs);
    // A mistake made before is counted elsewhere.
    if (pair.monitor.state === "dead") continue;
    pair.kill();
    pair.runTo(Number.POSITIVE_INFINITY);
    latencies.push(pair.nowMs - faultMs);
  }
  return latencies;
}

function mistakesIn(hours: number, of: FixedTimeoutOptions, path: Path, seed: number): number {
  const random = seededRandom(seed);
  const pair = evenPath({ ...path, monitor: fixedTimeout(of), peer: peerOf(of), random });
  let mistakes = 0;
  for (;;) {
    pair.runTo(hours * HOUR_MS);
    if (pair.monitor.state !== "dead") return mistakes;
    mistakes += 1;
    pair.relink();
  }
}

const second: FixedTimeoutOptions = { intervalMs: 1000, detectMultiplier: 3 };
const cases: [string, FixedTimeoutOptions, Path][] = [
  ["echo", second, { rttMs: 20 }],
  ["echo over a long way", { intervalMs: 500, detectMultiplier: 4 }, { rttMs: 600 }],
  ["echo without distance or slack", second, { rttMs: 0, timerSlackMs: 0 }],
  ["beat", { ...second, mode: "beat" }, { rttMs: 20 }],
  ["listen", { intervalMs: 250, detectMultiplier: 5, mode: "listen" }, { rttMs: 80 }],
  [
    "listen, barely more than an interval",
    { ...second, detectMultiplier: 1.2, mode: "listen" },
    { rttMs: 10 },
  ],
];

describe("detection time, against 3000 faults spread over time", () => {
  it.each(cases)("%s", (_name, of, way) => {
    const predicted = predict(UDP, fixedTimeout(of)(), way).detectionMs;
    const { timerSlackMs = 2 } = way;
    const measured = latenciesMs(of, { ...way, timerSlackMs }, 3000, 1);
    const mean = measured.reduce((sum, latencyMs) => sum + latencyMs, 0) / measured.length;
    const [best, worst] = [Math.min(...measured), Math.max(...measured)];
    expect(best).toBeGreaterThanOrEqual(predicted.best);
    expect(worst).toBeLessThanOrEqual(predicted.worst + 1e-6);
    // Latencies are spread over about an interval: four standard errors of their mean.
    expect(Math.abs(mean - predicted.mean)).toBeLessThan((4 * of.intervalMs) / Math.sqrt(12 * 3000));
    // And the ends are really reached.
    expect(best).toBeLessThan(predicted.best + 0.05 * of.intervalMs + way.rttMs / 2 + timerSlackMs);
    expect(worst).toBeGreaterThan(predicted.worst - 0.02 * of.intervalMs - timerSlackMs);
  });

  // Confirming probes shorten gaps, which the formula leaves out: hence a looser bound with them.
  const lossy: [string, FixedTimeoutOptions, number, number][] = [
    ["echo", second, 0.1, 0.05],
    ["listen", { ...second, mode: "listen" }, 0.1, 0.05],
    [
      "listen, no confirming probes",
      { intervalMs: 1000, detectMultiplier: 10, mode: "listen", confirmIntervalMs: Number.POSITIVE_INFINITY },
      0.3,
      0.006,
    ],
  ];
  it.each(lossy)("%s, with loss: never later than predicted, and in the mean as predicted", (...row) => {
    const [, of, lossRate, tolerance] = row;
    const way = { rttMs: 20, lossRate, timerSlackMs: 2 };
    const predicted = predict(UDP, fixedTimeout(of)(), way).detectionMs;
    const measured = latenciesMs(of, way, 3000, 2);
    const mean = measured.reduce((sum, latencyMs) => sum + latencyMs, 0) / measured.length;
    expect(Math.max(...measured)).toBeLessThanOrEqual(predicted.worst + 1e-6);
    expect(Math.min(...measured)).toBeGreaterThanOrEqual(predicted.best);
    expect(Math.abs(mean / predicted.mean - 1)).toBeLessThan(tolerance);
  });
});

describe("mistakes under independent loss, against a live peer watched for long", () => {
  const never = Number.POSITIVE_INFINITY;
  // Of a peer asked often next to none are made: with few probes there is something to count.
  const four: FixedTimeoutOptions = { ...second, confirmIntervalMs: 375 };
  const lossy: [string, FixedTimeoutOptions, Path, number][] = [
    ["echo, as it comes", second, { rttMs: 20, lossRate: 0.4 }, 100],
    ["echo, four confirming probes", four, { rttMs: 20, lossRate: 0.2 }, 100],
    ["echo, none", { ...second, confirmIntervalMs: never }, { rttMs: 20, lossRate: 0.1 }, 50],
    ["echo, a long way", { ...second, confirmIntervalMs: never }, { rttMs: 800, lossRate: 0.1 }, 50],
    ["echo, the shortest way", four, { rttMs: 0.01, lossRate: 0.2 }, 100],
    ["echo, no distance at all", four, { rttMs: 0, lossRate: 0.2 }, 100],
    [
      "echo, rather confirming than probing",
      { intervalMs: 1000, detectMultiplier: 5, confirmIntervalMs: 2000 },
      { rttMs: 20, lossRate: 0.3 },
      100,
    ],
    ["echo, an interval's way", four, { rttMs: 1000, lossRate: 0.2 }, 100],
    ["beat", { ...four, mode: "beat" }, { rttMs: 20, lossRate: 0.4 }, 100],
    ["beat, an interval's way", { ...four, mode: "beat" }, { rttMs: 1000, lossRate: 0.4 }, 100],
    ["listen, four confirming probes", { ...four, mode: "listen" }, { rttMs: 20, lossRate: 0.4 }, 100],
    [
      "listen, none",
      { ...second, mode: "listen", confirmIntervalMs: never },
      { rttMs: 20, lossRate: 0.2 },
      50,
    ],
  ];
  it.each(lossy)("%s", (_name, of, way, hours) => {
    const expected = predict(UDP, fixedTimeout(of)(), way).mistakesPerHour! * hours;
    const measured = mistakesIn(hours, of, way, 3);
    expect(expected).toBeGreaterThan(50);
    expect(measured / expected).toBeGreaterThan(0.7);
    expect(measured / expected).toBeLessThan(1.3);
  });

  it("far away fewer than expected: of many probes under way, more than the first answer comes", () => {
    const way = { rttMs: 1000, lossRate: 0.2 };
    const expected = predict(UDP, fixedTimeout(second)(), way).mistakesPerHour! * 100;
    expect(expected).toBeGreaterThan(50);
    expect(mistakesIn(100, second, way, 3)).toBeLessThan(0.7 * expected);
  });

  it("without loss there are none, in any mode", () => {
    for (const mode of ["echo", "beat", "listen"] as const) {
      const of = { ...second, mode };
      const pair = evenPath({
        rttMs: 20,
        monitor: fixedTimeout(of),
        peer: peerOf(of),
        random: seededRandom(4),
      });
      pair.runTo(10 * HOUR_MS);
      expect(pair.events.map((event) => event.type)).toEqual(["alive"]);
    }
  });

  it("nor between two monitors that face each other", () => {
    for (const mode of ["echo", "beat"] as const) {
      const monitor = fixedTimeout({ ...second, mode });
      const pair = evenPath({ rttMs: 20, monitor, peer: monitor, random: seededRandom(5) });
      pair.runTo(10 * HOUR_MS);
      expect(pair.events.map((event) => event.type)).toEqual(["alive"]);
    }
  });
});

describe("traffic, against heartbeats counted for ten hours", () => {
  it.each(["echo", "beat", "listen"] as const)("%s", (mode) => {
    const of = { ...second, mode };
    const pair = evenPath({
      rttMs: 20,
      monitor: fixedTimeout(of),
      peer: peerOf(of),
      random: seededRandom(6),
    });
    pair.runTo(10 * HOUR_MS);
    const { framesPerHour } = predict(UDP, fixedTimeout(of)(), { rttMs: 20 });
    for (const way of ["out", "in"] as const) {
      const counted = pair.sent[way] / 10;
      expect(Math.abs(counted - framesPerHour[way])).toBeLessThanOrEqual(0.003 * framesPerHour[way]);
    }
  });
});
