import { type Instant, stamp } from "../lab/index.js";
import type { Fault } from "./fault.js";

/** Three intervals of the nominal second: whoever is not heard for longer loses the mapping. */
const TIMEOUT_MS = 3000;

/** Several timeouts. */
const QUIET_MS = 5 * TIMEOUT_MS;

/**
 * A router that translates addresses forgets connections that have been idle for too long: a home router, a
 * mobile network, a cloud's gateway. What comes for a forgotten one is dropped, and so the connection is dead
 * without anybody being told. Who speaks often enough keeps the mapping, and must see no harm.
 *
 * The lab's router does so from the beginning, with a timeout of 3 s instead of minutes, and strictly: it does
 * not take up a connection in its middle. The strike does nothing: it is the beginning of a quiet time in which
 * only the checks speak.
 */
export const natExpired: Fault = {
  name: "nat-expired",
  title: "a NAT forgets connections idle for 3 s, the peer lives",
  effect: { kind: "harmless", by: "nat", forMs: TIMEOUT_MS },
  needs: ["nat"],
  lastsMs: QUIET_MS,
  prepare: ({ router }) => router.translate({ timeoutMs: TIMEOUT_MS }),
  strike: async (): Promise<Instant> => stamp(() => {}),
  heal: ({ lab }) => lab.router.stopTranslating(),
};
