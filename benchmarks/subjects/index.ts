import type { FaultEffect } from "../faults/index.js";
import { amqplib } from "./amqplib.js";
import { engineIo } from "./engine-io.js";
import { grpcJs } from "./grpc-js.js";
import { mqtt } from "./mqtt.js";
import { netKeepalive } from "./net-keepalive.js";
import { nodeKeepalive } from "./node-keepalive.js";
import { silentTcp, silentTcpByDefault } from "./silent-tcp.js";
import type { Subject } from "./subject.js";
import { tcpHeartbeat } from "./tcp.js";
import { tcpKeepalive } from "./tcp-keepalive.js";
import { tcpKeepaliveUserTimeout } from "./tcp-keepalive-user-timeout.js";
import { udpBeat } from "./udp-beat.js";
import { udpEcho } from "./udp-echo.js";
import { webSocketMessages } from "./websocket-messages.js";
import { webSocketPing } from "./websocket-ping.js";
import { wsHeartbeat } from "./ws-heartbeat.js";
import { wsReadme } from "./ws-readme.js";

export {
  type Expectation,
  NOMINAL,
  type NominalSettings,
  type Subject,
  type WireExpectation,
} from "./subject.js";

/** Those of the quick comparison, in the order of the tables. */
export const quickSubjects: readonly Subject[] = [
  tcpKeepalive,
  tcpKeepaliveUserTimeout,
  tcpHeartbeat,
  udpEcho,
  udpBeat,
  webSocketPing,
  wsReadme,
];

/** Every contender, in the order of the tables: ours, then the rivals. */
export const subjects: readonly Subject[] = [
  tcpKeepalive,
  tcpKeepaliveUserTimeout,
  tcpHeartbeat,
  udpEcho,
  udpBeat,
  webSocketPing,
  webSocketMessages,
  nodeKeepalive,
  netKeepalive,
  wsReadme,
  wsHeartbeat,
  engineIo,
  grpcJs,
  mqtt,
  amqplib,
];

/** What contenders are held against where it means something; see {@link Subject.appearsUnder}. */
export const controls: readonly Subject[] = [silentTcp, silentTcpByDefault];

/** The controls of a fault. */
export function controlsUnder(effect: FaultEffect): readonly Subject[] {
  return controls.filter(({ appearsUnder }) => appearsUnder?.(effect) === true);
}
