import { keepaliveSubject, kernelSettings } from "./keepalive-subject.js";
import type { Subject } from "./subject.js";

/**
 * The kernel probes, and TCP_USER_TIMEOUT bounds how long sent data may stay unacknowledged, which is when it
 * does not probe. The user timeout then also decides in place of the number of probes. It has no default:
 * where it is not set, this is `tcp-keepalive`.
 */
export const tcpKeepaliveUserTimeout: Subject = keepaliveSubject({
  name: "tcp-keepalive-user-timeout",
  title: "TCP keepalive + user timeout",
  settingsOf: (nominal) => ({
    ...kernelSettings(nominal),
    userTimeoutMs: nominal.intervalMs * nominal.misses,
  }),
});
