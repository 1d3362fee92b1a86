import type { Bursts, Stalls } from "./path.js";

/** What happens to a peer, its path and its monitor, for as long as one likes. Between faults nothing is lost or late. */
export interface World {
  readonly name: string;
  readonly title: string;
  /** Where the parameters come from. */
  readonly why: string;
  /** Each way, always the same: so that nothing can happen between faults. */
  readonly oneWayMs: number;
  /** Of `lossRate` 0 outside: Gilbert's model. */
  readonly bursts: Bursts;
  readonly stalls: Stalls;
  /** Mean time from a peer's start to its crash. */
  readonly crashEveryMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Four a day, 1 s in the median, one in five above 3.5 s, one in a hundred above 33 s. Pauses of 7 s and 128 s are reported
 * of servers (scylladb#957, #900), those of a laptop's lid are longer; a machine that moves between hosts stands still
 * for a second. How often depends on the machine, so each result also tells its mistakes by cause.
 */
const STALLS: Stalls = { everyMs: 6 * HOUR_MS, medianMs: 1000, sigma: 1.5 };
const COMMON = { oneWayMs: 20, stalls: STALLS, crashEveryMs: HOUR_MS } as const;

/** How long bursts last, with where that is from. */
const LENGTHS = {
  congested: {
    meanMs: 73,
    why: "95 % of the loss bursts that Zhang, Duffield, Paxson and Shenker measured across the Internet were 220 ms or shorter (On the Constancy of Internet Path Properties, IMW 2001), so 73 ms in the mean",
  },
  fading: {
    meanMs: 1000,
    why: "a mobile device looks on for 0 to 2 s (3GPP TS 36.331, timer T310) before it gives a bad cell up, so 1 s in the mean",
  },
} as const;

/** How much is lost within: the two that models of bursts take where nothing was measured. */
const LOSSES = {
  all: { lossRate: 1, why: "all frames lost within, as in the simple form of Gilbert's model" },
  half: {
    lossRate: 0.5,
    why: "half of the frames lost each way, as Gilbert's bad state gets half of its symbols wrong (Bell System Technical Journal 39, 1960)",
  },
} as const;

const bursts = (length: keyof typeof LENGTHS, loss: keyof typeof LOSSES) => ({
  why: `${LENGTHS[length].why}; ${LOSSES[loss].why}; one every ten minutes`,
  bursts: {
    everyMs: 10 * MINUTE_MS,
    meanMs: LENGTHS[length].meanMs,
    lossRate: LOSSES[loss].lossRate,
  },
});

/**
 * Each length with each loss, all four, so that none is chosen for what comes of it; the same stalls in all. What lies
 * between and beyond them, `sensitivity` shows.
 */
export const WORLDS: readonly World[] = [
  {
    ...COMMON,
    name: "congested",
    title: "congestion: bursts of 73 ms, all frames lost, and stalls",
    ...bursts("congested", "all"),
  },
  {
    ...COMMON,
    name: "fading",
    title: "a fading radio: bursts of 1 s, half of the frames lost, and stalls",
    ...bursts("fading", "half"),
  },
  {
    ...COMMON,
    name: "cut",
    title: "short cuts: bursts of 1 s, all frames lost, and stalls",
    ...bursts("fading", "all"),
  },
  {
    ...COMMON,
    name: "thinned",
    title: "thinned: bursts of 73 ms, half of the frames lost, and stalls",
    ...bursts("congested", "half"),
  },
];
