import { JITTER_FLOOR, KERNEL_TIMER_LATENESS } from "@heartwire/core";
import { type Random, seededRandom } from "../lab/random.js";
import { type LossyPath, StreamEnd } from "./lossy-stream.js";
import { mistakeShare } from "./mistake-expectation.js";
import type { HarmlessEffect, MistakeExpectation } from "./subject.js";
import { DELAYED_ACK_MS } from "./tcp-copies.js";
import { VirtualClock } from "./virtual-clock.js";

/** How a heartbeat on a stream goes, and when it calls the other end dead. */
export type StreamRhythm =
  /** A probe after another, whatever is heard; dead after so long without an answer. The pace is jittered. */
  | { readonly kind: "silence"; readonly intervalMs: number; readonly deadAfterMs: number }
  /**
   * One ping at a time, `intervalMs` after the last answer, which must come within `timeoutMs`. The other end may
   * watch too: it gives up when it hears no ping for both together.
   */
  | {
      readonly kind: "ping";
      readonly intervalMs: number;
      readonly timeoutMs: number;
      readonly otherEndWatches: boolean;
    }
  /** At each tick whoever has not answered the last ping is dead, and the others are pinged. */
  | { readonly kind: "sweep"; readonly sweepMs: number };

/** Links tried in each of the worlds. */
const LINKS = 400;
/** So many standard errors of the simulation itself are added at either end… */
const STANDARD_ERRORS = 2;
/** … and at most this is what nothing seen in so many links may hide, with 95 % confidence: the rule of three. */
const UNSEEN = 3 / LINKS;
/** The connection is in its rhythm by then, and the first loss may come. */
const WARM_UP_MS = 5000;

/**
 * What is not known of the lab and of the kernel at either end, all to the better and all to the worse: how long two
 * processes take to have their turn; whether the kernel acknowledges at once, as after a pause, or holds that back
 * (TCP_DELACK_MIN); whether its timers are on time or as late as they may be.
 */
const WORLDS: readonly Omit<LossyPath, "lossRate">[] = [
  { rttMs: 0.2, delayedAckMs: 0, timerLateness: 0 },
  { rttMs: 10, delayedAckMs: DELAYED_ACK_MS, timerLateness: KERNEL_TIMER_LATENESS },
];

const known = new Map<string, { readonly least: number; readonly most: number }>();

/** What loss should make of a heartbeat on TCP; see {@link streamMistakes}. */
export function expectStreamLoss(
  rhythm: StreamRhythm,
  { lossRate = 0 }: HarmlessEffect,
  watchedMs: number,
  why: string,
): MistakeExpectation {
  const { least, most } = streamMistakes(rhythm, lossRate, watchedMs);
  return mistakeShare([least, most], `${why}, and TCP repeats what is lost later each time (simulated)`);
}

/**
 * What share of living links a heartbeat on TCP calls dead within `watchedMs` of loss: simulated, link by link, with
 * the retransmissions of {@link StreamEnd}. The ends are those of the worlds that differ in what is not known, and two
 * standard errors beyond. The same each time.
 */
export function streamMistakes(
  rhythm: StreamRhythm,
  lossRate: number,
  watchedMs: number,
): { readonly least: number; readonly most: number } {
  // Trials differ by milliseconds.
  const seconds = Math.round(watchedMs / 1000);
  const key = JSON.stringify([rhythm, lossRate, seconds]);
  const found = known.get(key) ?? simulate(rhythm, lossRate, 1000 * seconds);
  known.set(key, found);
  return found;
}

function simulate(rhythm: StreamRhythm, lossRate: number, watchedMs: number) {
  const shares = WORLDS.map((world, index) => {
    const random = seededRandom(index + 1);
    let dead = 0;
    for (let link = 0; link < LINKS; link++) {
      if (isCalledDead(rhythm, { ...world, lossRate }, watchedMs, random)) dead += 1;
    }
    return dead / LINKS;
  });
  const errorOf = (share: number) => STANDARD_ERRORS * Math.sqrt((share * (1 - share)) / LINKS);
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return {
    least: Math.max(0, low - errorOf(low)),
    most: Math.min(1, high + Math.max(errorOf(high), lossRate === 0 ? 0 : UNSEEN)),
  };
}

/** Follows one link until it is called dead or the time is over. */
export function isCalledDead(
  rhythm: StreamRhythm,
  path: LossyPath,
  watchedMs: number,
  random: Random,
): boolean {
  const clock = new VirtualClock();
  const changing = { ...path, lossRate: 0 };
  clock.after(WARM_UP_MS, () => {
    changing.lossRate = path.lossRate;
  });
  let dead = false;
  const die = () => {
    dead = true;
  };
  const watch = watchOf(rhythm, { clock, random, die });
  const monitor = new StreamEnd(clock, changing, random, () => watch.answered());
  const peer = new StreamEnd(clock, changing, random, () => {
    watch.asked?.();
    peer.write();
  });
  StreamEnd.join(monitor, peer);
  watch.start(() => monitor.write());
  clock.run(WARM_UP_MS + watchedMs, () => dead);
  return dead;
}

/** What one end makes of answers. */
interface Watch {
  start(ask: () => void): void;
  answered(): void;
  /** At the other end. */
  asked?(): void;
}

/** Where a watch takes place. */
interface Stage {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly die: () => void;
}

type Of<Kind extends StreamRhythm["kind"]> = Extract<StreamRhythm, { kind: Kind }>;

function watchOf(rhythm: StreamRhythm, stage: Stage): Watch {
  switch (rhythm.kind) {
    case "silence":
      return watchSilence(rhythm, stage);
    case "ping":
      return watchPings(rhythm, stage);
    case "sweep":
      return watchSweeps(rhythm, stage);
  }
}

function watchSilence({ intervalMs, deadAfterMs }: Of<"silence">, { clock, random, die }: Stage): Watch {
  return {
    start(ask) {
      const next = () => {
        ask();
        clock.after(intervalMs * (JITTER_FLOOR + (1 - JITTER_FLOOR) * random()), next);
      };
      clock.after(intervalMs * random(), next);
    },
    answered: renewable(clock, deadAfterMs, die),
  };
}

function watchPings(rhythm: Of<"ping">, { clock, random, die }: Stage): Watch {
  const { intervalMs, timeoutMs, otherEndWatches } = rhythm;
  let answers = 0;
  let next = () => {};
  return {
    start(ask) {
      next = () => {
        const before = answers;
        ask();
        clock.after(timeoutMs, () => {
          if (answers === before) die();
        });
      };
      clock.after(intervalMs * random(), next);
    },
    answered() {
      answers += 1;
      clock.after(intervalMs, next);
    },
    ...(otherEndWatches && { asked: renewable(clock, intervalMs + timeoutMs, die) }),
  };
}

function watchSweeps({ sweepMs }: Of<"sweep">, { clock, random, die }: Stage): Watch {
  let answered = true;
  return {
    start(ask) {
      const tick = () => {
        if (!answered) return die();
        answered = false;
        ask();
        clock.after(sweepMs, tick);
      };
      clock.after(sweepMs * random(), tick);
    },
    answered() {
      answered = true;
    },
  };
}

/** Acts `ms` after the last call; not before the first. One event at a time: calls are many. */
function renewable(clock: VirtualClock, ms: number, act: () => void): () => void {
  let dueMs = 0;
  let waiting = false;
  const look = () => {
    if (clock.nowMs >= dueMs) act();
    else clock.after(dueMs - clock.nowMs, look);
  };
  return () => {
    dueMs = clock.nowMs + ms;
    if (waiting) return;
    waiting = true;
    clock.after(ms, look);
  };
}
