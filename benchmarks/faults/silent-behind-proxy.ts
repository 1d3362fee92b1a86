import type { Fault } from "./fault.js";

/**
 * A load balancer or another proxy stands in between, and the backend behind it dies silently. The connection
 * of the other side ends at the proxy, which lives: its kernel answers every keepalive probe in good faith.
 *
 * The lab puts a real proxy (nginx) on the router, in front of whoever listens, and then makes the peer's whole
 * host vanish. The proxy notices nothing within the trial, and keeps what it has open.
 */
export const silentBehindProxy: Fault = {
  name: "silent-behind-proxy",
  title: "peer falls silent behind a proxy that lives",
  effect: { kind: "silent-behind-proxy" },
  needs: ["proxy"],
  detour: (lab, listener) => lab.router.proxy(listener),
  strike: ({ lab }) => lab.hosts.vanish("peer"),
  async heal({ lab }) {
    await lab.router.stopProxies();
    await lab.hosts.boot("peer");
  },
};
