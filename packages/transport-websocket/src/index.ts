export { type ConnectOptions, DEFAULT_CONNECT_TIMEOUT_MS, webSocket } from "./connect.js";
export { webSocketMessages, webSocketPing } from "./existing.js";
export { MESSAGE_MAGIC } from "./message-codec.js";
export { type WebSocketPeersOptions, webSocketPeers } from "./peers.js";
export { MAX_PING_PAYLOAD_OCTETS } from "./ping-codec.js";
export { type HeartbeatVia, type WebSocketRole, webSocketCost } from "./wire.js";
