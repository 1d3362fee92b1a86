import type { Subject } from "./subject.js";
import { tcpHeartbeat } from "./tcp.js";
import { tcpKeepalive } from "./tcp-keepalive.js";
import { udpBeat } from "./udp-beat.js";
import { udpEcho } from "./udp-echo.js";
import { webSocketPing } from "./websocket-ping.js";
import { wsReadme } from "./ws-readme.js";

export {
  type Expectation,
  NOMINAL,
  type NominalSettings,
  type Subject,
  type WireExpectation,
} from "./subject.js";

/** Every contender, in the order of the tables. */
export const subjects: readonly Subject[] = [
  tcpKeepalive,
  tcpHeartbeat,
  udpEcho,
  udpBeat,
  webSocketPing,
  wsReadme,
];
