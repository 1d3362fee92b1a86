import type { Fault } from "./fault.js";

/**
 * The peer's application is of no use any more though its process runs: its database is gone, its disk is full,
 * its queue is stuck. Its event loop turns, and answers.
 *
 * The lab makes the application's own health check fail. Only an answer that asks that check can tell.
 */
export const applicationUnhealthy: Fault = {
  name: "application-unhealthy",
  title: "peer's application is ill though its process runs",
  effect: { kind: "application-unhealthy" },
  tellsPeer: "health",
  strike: ({ command }) => command("peer", { type: "health", healthy: false }),
  async heal({ command }) {
    await command("peer", { type: "health", healthy: true });
  },
};
