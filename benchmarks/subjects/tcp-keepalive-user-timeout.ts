import { keepaliveSubject, kernelSettings } from "./keepalive-subject.js";
import { budgetMs, type Subject } from "./subject.js";

/**
 * The kernel probes, and TCP_USER_TIMEOUT bounds how long sent data may stay unacknowledged, which is when it
 * does not probe. The user timeout then also decides in place of the number of probes: it is as long as the idle
 * time and all intervals together, at which the two agree, as `lintKeepalive` advises. It has no default: where it
 * is not set, this is `tcp-keepalive`.
 */
export const tcpKeepaliveUserTimeout: Subject = keepaliveSubject({
  name: "tcp-keepalive-user-timeout",
  title: "TCP keepalive + user timeout",
  settingsOf: (nominal) => ({
    ...kernelSettings(nominal),
    userTimeoutMs: budgetMs(nominal),
  }),
});
