import { expectKeepalive, expectNobodyAsks } from "./expectation.js";
import { expectKeepaliveMistakes } from "./keepalive-mistakes.js";
import { expectProbes, kernelSettings, nominalInWords, silentTcpPeer } from "./keepalive-subject.js";
import { watchPlainSockets } from "./plain-socket.js";
import type { Subject } from "./subject.js";

/** `net-keepalive` sets the interval and the number of probes; the idle time it leaves to Node. */
export const netKeepalive: Subject = {
  name: "net-keepalive",
  title: "net-keepalive",
  kind: "rival",
  proves: "connection",
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: (nominal) => nominalInWords(kernelSettings(nominal)),
  peerEnd: silentTcpPeer,

  async monitorEnd(context, report) {
    const { setKeepAliveInterval, setKeepAliveProbes } = await import("net-keepalive");
    const { idleMs, intervalMs, probes } = kernelSettings(context.settings);
    return watchPlainSockets(context, report, (socket) => {
      socket.setKeepAlive(true, idleMs);
      // Node sets an interval and a number of its own: these must come after it.
      setKeepAliveInterval(socket, intervalMs);
      setKeepAliveProbes(socket, probes);
    });
  },

  expectDetection: (effect, nominal) => expectKeepalive(effect, kernelSettings(nominal)),
  expectMistakes: (effect, nominal, watchedMs) =>
    expectKeepaliveMistakes(effect, kernelSettings(nominal), watchedMs),
  expectWire: (nominal) => expectProbes(kernelSettings(nominal)),

  // It has no values of its own, and does nothing until it is called.
  atDefaults: { settingsInWords: "keepalive is off", expectDetection: expectNobodyAsks },
};
