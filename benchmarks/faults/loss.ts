import type { Fault } from "./fault.js";

/** Long enough that even at 1 % every contender meets some losses. */
const LASTS_MS = 60_000;

/**
 * The network loses packets now and then: a congested link, a bad radio, a cable at its end. The peer lives.
 *
 * The lab's router drops packets at random, each on its own, at the same rate in both directions.
 *
 * @param percent the share of packets lost in each direction
 */
export function loss(percent: number): Fault {
  const lossRate = percent / 100;
  return {
    name: `loss-${percent}`,
    title: `${percent} % of packets are lost, the peer lives`,
    effect: { kind: "harmless", by: "loss", lossRate },
    needs: ["impairment"],
    lastsMs: LASTS_MS,
    strike: ({ lab }) => lab.router.impair({ toPeer: { lossRate }, toMonitor: { lossRate } }),
    async heal({ lab }) {
      await lab.router.unimpair();
    },
  };
}
