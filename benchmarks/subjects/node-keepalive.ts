import { expectKeepalive, expectNobodyAsks } from "./expectation.js";
import { expectKeepaliveMistakes } from "./keepalive-mistakes.js";
import { expectProbes, silentTcpPeer } from "./keepalive-subject.js";
import { watchPlainSockets } from "./plain-socket.js";
import { atWorst, type NominalSettings, type Subject } from "./subject.js";

/** libuv sets these two whatever Node is given as the initial delay: uv__tcp_keepalive in src/unix/tcp.c. */
const settingsOf = ({ intervalMs }: NominalSettings) => ({
  idleMs: intervalMs,
  intervalMs: 1000,
  probes: 10,
});

/** What most people write: `socket.setKeepAlive(true, 1000)`. */
export const nodeKeepalive: Subject = {
  name: "node-keepalive",
  title: "Node setKeepAlive",
  kind: "rival",
  proves: "connection",
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: (nominal) => {
    const { idleMs, intervalMs, probes } = settingsOf(nominal);
    const forced = `setKeepAlive(true, ${idleMs}); interval 1 s and 10 probes are not to be chosen`;
    return atWorst(forced, idleMs + intervalMs * probes);
  },
  peerEnd: silentTcpPeer,
  monitorEnd: (context, report) =>
    watchPlainSockets(context, report, (socket) => socket.setKeepAlive(true, context.settings.intervalMs)),
  expectDetection: (effect, settings) => expectKeepalive(effect, settingsOf(settings)),
  expectMistakes: (effect, settings, watchedMs) =>
    expectKeepaliveMistakes(effect, settingsOf(settings), watchedMs),
  expectWire: (settings) => expectProbes(settingsOf(settings)),

  // The option `keepAlive` of `new net.Socket` and `net.connect` is false unless given.
  atDefaults: { settingsInWords: "keepalive is off", expectDetection: expectNobodyAsks },
};
