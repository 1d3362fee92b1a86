import type { Fault } from "./fault.js";

/** Far more than three intervals of the nominal second. */
const STALL_MS = 5000;

/**
 * Our own process cannot run for a while: a long computation, a synchronous call, a machine that swaps or a
 * laptop that sleeps. The peer has gone on speaking, but nobody has listened. The peer lives.
 *
 * The lab blocks the event loop of the monitor's processes. It ends by itself.
 */
export const ownStall: Fault = {
  name: "own-stall",
  title: "our own process stalls for 5 s, the peer lives",
  effect: { kind: "harmless", by: "stall", forMs: STALL_MS },
  lastsMs: STALL_MS,
  strike: ({ command }) => command("monitor", { type: "block", forMs: STALL_MS }),
  async heal() {},
};
