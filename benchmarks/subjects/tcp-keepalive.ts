import { expectKeepalive } from "./expectation.js";
import { inWords, KERNEL_DEFAULTS, keepaliveSubject, kernelSettings } from "./keepalive-subject.js";
import type { Subject } from "./subject.js";

/** The kernel probes; the application does nothing. */
export const tcpKeepalive: Subject = keepaliveSubject({
  name: "tcp-keepalive",
  title: "TCP keepalive",
  settingsOf: kernelSettings,
  atDefaults: {
    settingsInWords: `${inWords(KERNEL_DEFAULTS)}: Linux, once switched on`,
    expectDetection: (effect) => expectKeepalive(effect, KERNEL_DEFAULTS),
  },
});
