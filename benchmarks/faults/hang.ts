import type { Fault } from "./fault.js";
import { signalPeers } from "./signal.js";

/**
 * The peer's process hangs: a deadlock, an endless loop, a debugger, a paused container.
 *
 * The lab sends SIGSTOP. Process and application fall silent; the kernel keeps the sockets open and goes on
 * acknowledging what arrives for them, so whoever asks only the kernel never learns of it.
 */
export const hang: Fault = {
  name: "hang",
  title: "peer process hangs (SIGSTOP)",
  effect: { kind: "process-hung" },
  async strike(context) {
    return signalPeers(context, "SIGSTOP", /^T+$/);
  },
  async heal(context) {
    for (const peer of context.peers) {
      peer.signal("SIGCONT");
    }
  },
};
