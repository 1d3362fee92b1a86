import { fixedTimeout } from "@heartwire/core";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../lab/random.js";
import { detectorJudge } from "../qos/detector-judge.js";
import { Episodes } from "../qos/episodes.js";
import { headline } from "../qos/headline.js";
import { drawBursts, drawStalls, Path } from "../qos/path.js";
import { poissonInterval } from "../qos/poisson.js";
import { accuracyOf } from "../qos/quality.js";
import { replay } from "../qos/replay.js";
import { plainEcho } from "../qos/rivals/plain-echo.js";
import { SideTally } from "../qos/side-tally.js";
import { beatsOf } from "../qos/trace.js";
import { WORLDS, type World } from "../qos/worlds.js";

const HOUR_MS = 3_600_000;
const PLAIN = { intervalMs: 875, timeoutMs: 3000 };

/** Many faults, so that a short run meets enough of them. */
const HARSH: World = {
  name: "harsh",
  title: "harsh",
  why: "a test",
  oneWayMs: 20,
  bursts: { everyMs: 60_000, meanMs: 2000, lossRate: 0.6 },
  stalls: { everyMs: 300_000, medianMs: 2000, sigma: 1 },
  crashEveryMs: Number.MAX_SAFE_INTEGER,
};

describe("leaving the quiet out", () => {
  test.each([
    ["the plain timeout", () => plainEcho(PLAIN)],
    ["the default policy", () => detectorJudge(fixedTimeout({ intervalMs: 1000 }), seededRandom(5))],
  ])("changes no mistake rate: %s", (_, judgeOf) => {
    const hours = 180;
    const skipping = new SideTally(HARSH, {
      name: "",
      settings: "",
      deadAfterMs: 3000,
      judge: judgeOf(),
      random: seededRandom(1),
    });
    const episodes = new Episodes(HARSH, 1000, seededRandom(2));
    let elapsedMs = 0;
    while (elapsedMs < hours * HOUR_MS) {
      const episode = episodes.next();
      elapsedMs += episode.elapsedMs;
      skipping.take(episode);
    }
    const random = seededRandom(3);
    const durationMs = hours * HOUR_MS;
    const model = { delay: { fixedMs: 20, medianMs: 0, sigma: 0 }, lossRate: 0, bursts: HARSH.bursts };
    const path = new Path(model, drawBursts(model, durationMs, random), random);
    const whole = {
      intervalMs: 1000,
      durationMs,
      beats: beatsOf([], () => 0),
      stalls: drawStalls(HARSH.stalls, durationMs, random),
      echoArrivalMs: (ms: number) => path.echoArrivalMs(ms),
    };
    const { mistakes } = accuracyOf(replay(whole, judgeOf()).transitions, durationMs);
    expect(mistakes).toBeGreaterThan(200);
    // Both are samples; mistakes come in clumps, so somewhat wider than Poisson's.
    const { from, to } = poissonInterval(skipping.side().mistakes);
    expect(mistakes).toBeGreaterThan(from * 0.85);
    expect(mistakes).toBeLessThan(to * 1.15);
  });
});

describe("the headline", () => {
  const [congested, fading] = WORLDS;

  test("stalls alone kill the plain timeout's peers, never ours; every crash is found in time", () => {
    const { plain, ours, peerHours } = headline(congested!, 1, (hours) => hours < 3000);
    expect(peerHours).toBeGreaterThan(3000);
    expect(plain.mistakes).toBeGreaterThan(20);
    expect(plain.afterStall).toBe(plain.mistakes);
    expect(ours[0]!.mistakes).toBe(0);
    for (const side of [plain, ...ours]) {
      expect(side.crashes).toBeGreaterThan(2000);
      expect(side.beyondBound).toBe(0);
      expect(side.detectionMs.maxRan).toBeLessThanOrEqual(side.boundMs);
      expect(side.octetsPerHour / plain.octetsPerHour).toBeCloseTo(1, 1);
    }
  });

  test("probes save most of the peers behind a fading radio: the more, the more", () => {
    const { plain, ours } = headline(fading!, 2, (hours) => hours < 2000);
    const [standard, few] = ours;
    expect(few!.mistakes).toBeLessThan(plain.mistakes);
    expect(standard!.mistakes).toBeLessThan(few!.mistakes / 5);
    expect(standard!.fewer.from).toBeLessThan(plain.mistakes / standard!.mistakes);
    expect(standard!.fewer.to).toBeGreaterThan(plain.mistakes / standard!.mistakes);
  });

  test("follows from its seed", () => {
    const once = (seed: number) => headline(fading!, seed, (hours) => hours < 300);
    expect(once(4)).toEqual(once(4));
    expect(once(5)).not.toEqual(once(4));
  });
});
