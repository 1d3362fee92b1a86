import type { Subject } from "./subject.js";
import { webSocketSubject } from "./websocket-subject.js";

/** Messages that the peer's application answers for itself, hidden from the messages of its own. */
export const webSocketMessages: Subject = webSocketSubject({
  name: "websocket-messages",
  title: "WebSocket messages",
  via: "messages",
  probe: "message",
  answer: true,
});
