import type { Agents } from "./agents.js";
import type { Instant } from "./clock.js";
import { type EndHost, replaceEndHost, WIRE } from "./topology.js";

/** The two ends as whole machines. */
export interface EndHosts {
  /**
   * A whole host is gone at once: power, hardware, the machine below a virtual one. First its interface goes
   * down, so that no word of its kernel's escapes (no FIN, no reset, no ICMP), then every process in it is
   * killed. The router tells nobody: what is sent to it vanishes.
   *
   * @returns when the interface was down
   */
  vanish(end: EndHost): Promise<Instant>;
  /**
   * Starts a host that has vanished. It is a new one: its own network namespace, and so a kernel that knows no
   * connection and no process, at the same address. Resolves once it answers, some 50 ms later.
   */
  boot(end: EndHost): Promise<void>;
}

/**
 * The ends of a lab.
 *
 * @param lab the name of the lab
 * @param agents who acts in its hosts
 * @param killAll ends every process in a host, and waits for their end
 */
export function createEndHosts(
  lab: string,
  agents: Agents,
  killAll: (host: EndHost) => Promise<void>,
): EndHosts {
  return {
    async vanish(end) {
      const instant = await agents.act(end, { kind: "set-link", device: WIRE, up: false });
      agents.forget(end);
      await killAll(end);
      return instant;
    },
    boot: (end) => replaceEndHost(lab, end),
  };
}
