import { fixedTimeout, JITTER_FLOOR, type PolicyFactory } from "@heartwire/core";
import { seededRandom } from "../lab/random.js";
import { detectorJudge } from "./detector-judge.js";
import { Episodes } from "./episodes.js";
import { type Interval, ratioInterval } from "./poisson.js";
import { plainEcho } from "./rivals/plain-echo.js";
import { type Side, SideTally } from "./side-tally.js";
import type { World } from "./worlds.js";

/** The headline in one world. */
export interface Headline {
  readonly world: string;
  readonly seed: number;
  readonly peerHours: number;
  readonly plain: Side;
  /** The default policy, then others. */
  readonly ours: readonly [Compared, ...Compared[]];
}

/** A policy of ours, and how many times fewer mistakes than the plain one it made. */
export type Compared = Side & { readonly fewer: Interval };

const INTERVAL_MS = 1000;
const HOUR_MS = 3_600_000;

/** The default policy, and what fewer confirming probes would make of it. */
const OURS: readonly { readonly name: string; readonly settings: string; readonly policy: PolicyFactory }[] =
  [
    {
      name: "default policy",
      settings: `fixedTimeout({ intervalMs: ${INTERVAL_MS} })`,
      policy: fixedTimeout({ intervalMs: INTERVAL_MS }),
    },
    {
      name: "with 4 confirming probes",
      settings: `fixedTimeout({ intervalMs: ${INTERVAL_MS}, confirmIntervalMs: 375 })`,
      policy: fixedTimeout({ intervalMs: INTERVAL_MS, confirmIntervalMs: 375 }),
    },
  ];

/** The same silence is death, and its pings come as often in the mean as ours with their jitter. */
const PLAIN = {
  intervalMs: (INTERVAL_MS * (1 + JITTER_FLOOR)) / 2,
  timeoutMs: OURS[0]!.policy().deadAfterMs,
};

/**
 * The default policy against a plain fixed timeout ({@link plainEcho}) of the same worst-case detection time and the same
 * pings an hour, peer by peer in the same faults. Each peer has a monitor of its own, so that mistakes are independent and
 * their intervals exact.
 *
 * @param goOn asked after each slice of time; the result is of what was done until then
 */
export function headline(world: World, seed: number, goOn: (peerHours: number) => boolean): Headline {
  const random = seededRandom(seed);
  const episodes = new Episodes(world, INTERVAL_MS, random);
  const plain = new SideTally(world, {
    name: "plain fixed timeout",
    settings: `a ping every ${PLAIN.intervalMs} ms, dead after ${PLAIN.timeoutMs} ms without an answer`,
    deadAfterMs: PLAIN.timeoutMs,
    judge: plainEcho(PLAIN),
    random: seededRandom(seed + 1),
  });
  const ours = OURS.map(({ name, settings, policy }, index) => {
    const own = seededRandom(seed + 2 + index);
    const { deadAfterMs } = policy();
    return new SideTally(world, {
      name,
      settings,
      deadAfterMs,
      judge: detectorJudge(policy, own),
      random: own,
    });
  });
  let livedMs = 0;
  do {
    for (let slice = 0; slice < 1000; slice++) {
      const episode = episodes.next();
      const { durationMs, crashMs, elapsedMs } = episode;
      livedMs += elapsedMs - (crashMs < durationMs ? durationMs - crashMs : 0);
      for (const side of [plain, ...ours]) side.take(episode);
    }
  } while (goOn(livedMs / HOUR_MS));
  const common = plain.side();
  const compared = (tally: SideTally): Compared => {
    const side = tally.side();
    return { ...side, fewer: ratioInterval(common.mistakes, side.mistakes) };
  };
  const [first, ...others] = ours;
  return {
    world: world.name,
    seed,
    peerHours: livedMs / HOUR_MS,
    plain: common,
    ours: [compared(first!), ...others.map(compared)],
  };
}
