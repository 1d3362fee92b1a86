export type { AnswerRecogniser, Dialect } from "./dialect.js";
export { type DialectSocketOptions, dialectSocket } from "./dialect-socket.js";
export { MAX_TCP_PAYLOAD_OCTETS } from "./frame-writer.js";
export { type HeartbeatSocketOptions, heartbeatSocket } from "./heartbeat-socket.js";
export type { PeerSourceOptions } from "./peers.js";
export { redisDialect } from "./redis-dialect.js";
export {
  type SharedPeerHandle,
  type SharedPeersOptions,
  type SharedSocketParts,
  type ShareSocketOptions,
  sharedPeers,
  shareSocket,
} from "./share-socket.js";
export type { SocketFate } from "./socket-link.js";
export { type TcpConnectOptions, type TcpOptions, tcp } from "./tcp.js";
export { type TcpPeersOptions, tcpPeers } from "./tcp-peers.js";
