import { fixedTimeout, JITTER_FLOOR } from "@heartwire/core";
import { seededRandom } from "../lab/random.js";
import { CONDITIONS, generate } from "./conditions.js";
import type { Contender } from "./contenders.js";
import { CRASH_TRACE_MS, type CurveOptions, crashInstants, HOUR_MS, ROUND_HOURS } from "./curves.js";
import { detectorJudge } from "./detector-judge.js";
import { ratioInterval } from "./poisson.js";
import type { QosBargain } from "./results.js";
import { plainEcho } from "./rivals/plain-echo.js";
import { plainTimeout } from "./rivals/plain-timeout.js";
import { type Point, Tally } from "./tally.js";
import { NO_BEATS, type Trace } from "./trace.js";

type Way = QosBargain["way"];
type Judged = Pick<Contender, "name" | "judge">;

/** What the plain one is set to, as is customary: a ping or beat a second, dead after three. */
const PLAIN_MS = { interval: 1000, timeout: 3000 } as const;
/** As often in the mean as ours of that interval with its jitter. */
const PLAIN_PING_MS = (PLAIN_MS.interval * (1 + JITTER_FLOOR)) / 2;
/**
 * The default policy but for two settings: dead after two intervals, which are so much longer that all its octets, the
 * confirming probes too, are no more than the plain one's under any of the conditions.
 */
const OURS = { intervalMs: 1100, detectMultiplier: 2 } as const;

interface Pair {
  readonly way: Way;
  readonly plain: Judged & { readonly settings: string };
  readonly ours: Judged & { readonly settings: string };
}

/** Who asks, pays for question and answer; who only listens, for beats. */
const PAIRS: readonly Pair[] = [
  {
    way: "asks",
    plain: {
      name: "plain",
      settings: `a ping every ${PLAIN_PING_MS} ms, dead after ${PLAIN_MS.timeout} ms without an answer`,
      judge: () => plainEcho({ intervalMs: PLAIN_PING_MS, timeoutMs: PLAIN_MS.timeout }),
    },
    ours: {
      name: "ours",
      settings: `fixedTimeout({ intervalMs: ${OURS.intervalMs}, detectMultiplier: ${OURS.detectMultiplier} })`,
      judge: () => detectorJudge(fixedTimeout(OURS), seededRandom(1)),
    },
  },
  {
    way: "listens",
    plain: {
      name: "plain",
      settings: `a beat every ${PLAIN_MS.interval} ms, dead after ${PLAIN_MS.timeout} ms without one`,
      judge: () => plainTimeout({ timeoutMs: PLAIN_MS.timeout }),
    },
    ours: {
      name: "ours",
      settings: `fixedTimeout({ intervalMs: ${OURS.intervalMs}, detectMultiplier: ${OURS.detectMultiplier}, mode: "listen" })`,
      judge: () => detectorJudge(fixedTimeout({ ...OURS, mode: "listen" }), seededRandom(1)),
    },
  },
];

/**
 * For the same octets an hour, is ours sooner and less often wrong than a plain timeout? Both meet the same bursts, under
 * each condition of the curves, over and over with new seeds.
 */
export function bargains({ hours, seed, goOn }: CurveOptions): QosBargain[] {
  const rows = CONDITIONS.flatMap((conditions, index) =>
    PAIRS.map((pair) => ({
      conditions,
      index,
      pair,
      plain: new Tally(pair.plain, 0),
      ours: new Tally(pair.ours, 0),
    })),
  );
  for (let round = 0; round * ROUND_HOURS < hours && (round === 0 || goOn()); round++) {
    for (const { conditions, index, pair, plain, ours } of rows) {
      const roundSeed = seed + 1000 * round + 10 * index;
      const crashes = crashInstants(roundSeed + 2);
      for (const [tally, intervalMs] of [
        [plain, PLAIN_MS.interval],
        [ours, OURS.intervalMs],
      ] as const) {
        const trace = (durationMs: number, traceSeed: number) =>
          heardBy(pair.way, generate(conditions, intervalMs, durationMs, traceSeed));
        tally.live(trace(ROUND_HOURS * HOUR_MS, roundSeed));
        const crashed = trace(CRASH_TRACE_MS, roundSeed + 1);
        for (const crashMs of crashes) tally.crash(crashed, crashMs);
      }
    }
  }
  return rows.map(({ conditions, pair, plain, ours }) => {
    const sides = { plain: side(pair.plain.settings, plain), ours: side(pair.ours.settings, ours) };
    const { from, to } = ratioInterval(sides.plain.mistakes, sides.ours.mistakes);
    const fewer = { from, to: Number.isFinite(to) ? to : null };
    return { condition: conditions.name, title: conditions.title, way: pair.way, ...sides, fewer };
  });
}

function heardBy(way: Way, trace: Trace): Trace {
  return way === "listens" ? trace : { ...trace, beats: NO_BEATS };
}

function side(settings: string, tally: Tally): QosBargain["plain"] {
  const { detectionMs, undetected, peerHours, mistakes, mistakesPerHour, octetsPerHour }: Point =
    tally.point();
  return { settings, detectionMs, undetected, peerHours, mistakes, mistakesPerHour, octetsPerHour };
}

/** What a row says: ours is sooner for no more octets, and of its mistakes, what is beyond doubt. */
export function bargainVerdict({ plain, ours, fewer }: QosBargain): {
  readonly sooner: boolean;
  readonly noDearer: boolean;
  readonly mistakes: "fewer" | "none in either" | "more" | "undecided";
} {
  return {
    sooner:
      ours.undetected === 0 &&
      ours.detectionMs !== null &&
      plain.detectionMs !== null &&
      ours.detectionMs.mean < plain.detectionMs.mean,
    noDearer: ours.octetsPerHour <= plain.octetsPerHour,
    mistakes:
      plain.mistakes + ours.mistakes === 0
        ? "none in either"
        : fewer.from > 1
          ? "fewer"
          : fewer.to !== null && fewer.to < 1
            ? "more"
            : "undecided",
  };
}
