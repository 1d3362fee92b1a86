import type { Fault } from "./fault.js";

const DELAY_MS = 50;
const JITTER_MS = 40;

/**
 * Packets are late, and now more, now less: queues that fill and drain, a radio that repeats, a long way. The
 * peer lives.
 *
 * The lab's router holds each packet back for 10 to 90 ms, evenly spread, in both directions. They may overtake
 * each other.
 */
export const jitter: Fault = {
  name: "jitter",
  title: "packets are 10 to 90 ms late, the peer lives",
  effect: { kind: "harmless", by: "delay", forMs: DELAY_MS, jitterMs: JITTER_MS },
  needs: ["impairment"],
  lastsMs: 60_000,
  strike({ lab }) {
    const late = { delayMs: DELAY_MS, jitterMs: JITTER_MS };
    return lab.router.impair({ toPeer: late, toMonitor: late });
  },
  async heal({ lab }) {
    await lab.router.unimpair();
  },
};
