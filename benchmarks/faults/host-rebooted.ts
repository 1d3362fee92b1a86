import type { Fault } from "./fault.js";

/**
 * The peer's machine crashes and is soon back, at the same address and without a memory: it refuses what
 * belongs to the old connections, TCP with a reset, datagrams with ICMP "port unreachable". The programs have
 * not been started again. Who waits for the other to speak first waits for ever.
 *
 * The lab makes the peer vanish and puts a new network namespace in its place, some 50 ms later: a kernel that
 * knows nothing. (A real machine takes a minute, during which it is simply gone.) The instant is that at which
 * the old host vanished.
 */
export const hostRebooted: Fault = {
  name: "host-rebooted",
  title: "peer's machine reboots and forgets the connection",
  effect: { kind: "host-rebooted" },
  async strike({ lab }) {
    const instant = await lab.hosts.vanish("peer");
    await lab.hosts.boot("peer");
    return instant;
  },
  async heal() {},
};
