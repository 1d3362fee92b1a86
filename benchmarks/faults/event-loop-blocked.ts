import type { Fault } from "./fault.js";

/** Longer than anybody waits for a verdict. */
const BLOCK_MS = 3_600_000;

/**
 * The peer's event loop does not turn any more: an endless loop, a regular expression that backtracks for ever,
 * a synchronous call that does not return. The process lives, and its other threads run.
 *
 * The lab makes the peer's processes wait in their main thread; waiting costs no CPU, so it does not disturb
 * others that are measured at the same time. The kernel keeps the sockets open and goes on acknowledging what
 * arrives for them. Nothing can be told to a blocked loop, so to heal it is to kill the process.
 */
export const eventLoopBlocked: Fault = {
  name: "event-loop-blocked",
  title: "peer's event loop is blocked",
  effect: { kind: "process-hung" },
  tellsPeer: "block",
  strike: ({ command }) => command("peer", { type: "block", forMs: BLOCK_MS }),
  async heal({ peers }) {
    for (const peer of peers) {
      peer.signal("SIGKILL");
    }
    await Promise.all(peers.map(({ exited }) => exited));
  },
};
