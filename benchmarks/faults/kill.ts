import type { Fault } from "./fault.js";
import { signalPeers } from "./signal.js";

/**
 * The peer's process crashes: a segmentation fault, the out-of-memory killer, an operator's `kill -9`.
 *
 * The lab sends SIGKILL. Process and application fall silent; the kernel lives on and closes the sockets for
 * them, so a TCP connection ends at once and datagrams to a closed port are answered with ICMP "port
 * unreachable".
 */
export const kill: Fault = {
  name: "kill",
  title: "peer process is killed (SIGKILL)",
  effect: { kind: "process-ended" },
  async strike(context) {
    return signalPeers(context, "SIGKILL", /^Z?$/);
  },
  async heal() {},
};
