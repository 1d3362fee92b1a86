export type { KeepaliveRange, KeepaliveSettings, PartialKeepaliveSettings } from "@heartwire/core";
export {
  type KeepaliveBound,
  type KeepaliveConditions,
  type KeepaliveDecision,
  type KeepaliveStep,
  keepaliveBound,
} from "@heartwire/core";
export { applyKeepalive } from "./apply-keepalive.js";
export { enforceKeepalive, type KeepaliveTarget } from "./enforce-keepalive.js";
export type { UndiciDispatcherLike } from "./enforce-on-dispatcher.js";
export type { WebSocketLike, WebSocketServerLike } from "./enforce-on-websocket.js";
export { type KeepaliveOptions, keepalive } from "./keepalive.js";
export type { FindingEvidence, KeepaliveFinding, KeepaliveFindingCode } from "./keepalive-finding.js";
export { type LintContext, lintKeepalive } from "./keepalive-linter.js";
export { type KeepalivePeersOptions, keepalivePeers } from "./keepalive-peers.js";
export { type KeepaliveSocketOptions, keepaliveSocket } from "./keepalive-socket.js";
export type { KeepaliveTransport, ReportListener } from "./keepalive-transport.js";
export { MIDDLEBOXES, type Middlebox, type MiddleboxName } from "./middleboxes.js";
export { readKeepalive } from "./read-keepalive.js";
export type {
  KeepaliveMeans,
  KeepaliveOutcome,
  KeepaliveReading,
  KeepaliveReport,
  OptionReport,
} from "./report.js";
export {
  formatSoKeepalive,
  parseSoKeepalive,
  type SoKeepalive,
  SoKeepaliveError,
  type SoKeepalivePart,
  type SoKeepaliveSettings,
} from "./so-keepalive.js";
export type { EnforceKeepaliveOptions, KeepaliveEnforcement } from "./socket-enforcer.js";
export { type SysctlSuggestion, suggestSysctl } from "./suggest-sysctl.js";
export { type SystemKeepalive, systemKeepalive } from "./system-keepalive.js";
export {
  type SystemKeepaliveListener,
  type SystemKeepaliveWatch,
  type SystemKeepaliveWatchOptions,
  watchSystemKeepalive,
} from "./system-keepalive-watch.js";
export type {
  CongestionState,
  TcpInfo,
  TcpInfoNumber,
  TcpInfoReading,
  TcpInfoUnreadable,
  TcpNegotiated,
  TcpState,
} from "./tcp-info.js";
export { type ByteOrder, decodeTcpInfo } from "./tcp-info-decode.js";
export { readTcpInfo } from "./tcp-info-read.js";
export {
  type ConnectCallback,
  type Connector,
  enforceKeepaliveOnFetch,
  keepaliveConnector,
} from "./undici-keepalive.js";
