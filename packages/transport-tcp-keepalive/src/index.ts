export type { KeepaliveSettings } from "@heartwire/core";
export { applyKeepalive } from "./apply-keepalive.js";
export { type KeepaliveOptions, keepalive } from "./keepalive.js";
export { type KeepalivePeersOptions, keepalivePeers } from "./keepalive-peers.js";
export { type KeepaliveSocketOptions, keepaliveSocket } from "./keepalive-socket.js";
export type { KeepaliveTransport, ReportListener } from "./keepalive-transport.js";
export { readKeepalive } from "./read-keepalive.js";
export type { KeepaliveMeans, KeepaliveReading, KeepaliveReport, OptionReport } from "./report.js";
