import type { Subject } from "./subject.js";
import { webSocketSubject } from "./websocket-subject.js";

/** The protocol's own ping, answered by any WebSocket peer. */
export const webSocketPing: Subject = webSocketSubject({
  name: "websocket-ping",
  title: "WebSocket ping",
  via: "ping",
  probe: "ping",
});
