import { JITTER_FLOOR } from "@heartwire/core";
import type { Random } from "../lab/random.js";
import type { VirtualClock } from "./virtual-clock.js";

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
  | { readonly kind: "sweep"; readonly sweepMs: number }
  /** Each end beats unasked, and looks; dead is who has not been heard at two looks in a row, at either end. */
  | {
      readonly kind: "beats";
      readonly lookMs: number;
      readonly theirBeatMs: number;
      readonly ourBeatMs: number;
    };

/** What one end makes of answers. */
export interface Watch {
  start(ask: () => void, beat: () => void): void;
  /** Whether the other end answers what it is asked. Default true. */
  readonly isAnswered?: boolean;
  answered(): void;
  /** At the other end. */
  asked?(): void;
}

/** Where a watch takes place. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly die: () => void;
}

type Of<Kind extends StreamRhythm["kind"]> = Extract<StreamRhythm, { kind: Kind }>;

/** The watch of a rhythm. */
export function watchOf(rhythm: StreamRhythm, stage: Stage): Watch {
  switch (rhythm.kind) {
    case "silence":
      return watchSilence(rhythm, stage);
    case "ping":
      return watchPings(rhythm, stage);
    case "sweep":
      return watchSweeps(rhythm, stage);
    case "beats":
      return watchBeats(rhythm, stage);
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

/**
 * All timers of both ends start with the connection, so that beats come close to looks: theirs to ours just before and
 * ours to theirs just after, or the other way round, or both after, for timers of more turns fall behind.
 */
const NEAR_MS = 12;
const SIDES: readonly (readonly [theirs: number, ours: number])[] = [
  [NEAR_MS, NEAR_MS],
  [-NEAR_MS, NEAR_MS],
  [NEAR_MS, -NEAR_MS],
];

function watchBeats({ lookMs, theirBeatMs, ourBeatMs }: Of<"beats">, { clock, random, die }: Stage): Watch {
  const [theirs, ours] = SIDES[Math.floor(SIDES.length * random())]!;
  const every = (ms: number, firstMs: number, act: () => void) => {
    const turn = () => {
      act();
      clock.after(ms, turn);
    };
    clock.after(firstMs, turn);
  };
  const monitor = looker(die);
  const peer = looker(die);
  return {
    isAnswered: false,
    start(ask, beat) {
      every(ourBeatMs, ourBeatMs + ours, ask);
      every(theirBeatMs, theirBeatMs + theirs, beat);
      every(lookMs, lookMs, monitor.look);
      every(lookMs, lookMs, peer.look);
    },
    answered: monitor.hear,
    asked: peer.hear,
  };
}

function looker(die: () => void): { readonly hear: () => void; readonly look: () => void } {
  let heard = true;
  let inVain = 0;
  return {
    hear() {
      heard = true;
    },
    look() {
      inVain = heard ? 0 : inVain + 1;
      heard = false;
      if (inVain === 2) die();
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
