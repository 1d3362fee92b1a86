import {
  type Configuration,
  DEFAULT_DETECT_WITHIN_MS,
  type FullKeepaliveSettings,
  type HeartbeatSettings,
  keepaliveFor,
  policyFor,
} from "@heartwire/core";
import type { Asked, FaultName, TransportName } from "./asked.js";
import type { MeasuredSubject } from "./measured.js";

/** One way to learn whether the peer lives. */
export interface Means {
  readonly kind: "keepalive" | "heartbeat";
  /** To people: "a heartbeat over TCP". */
  readonly title: string;
  readonly over: readonly TransportName[];
  /** Whose measured figures hold for it. */
  readonly subject: string;
  /** Of a heartbeat. */
  readonly mode: "echo" | "listen";
  /** What it cannot notice, although its subject did, and why. */
  readonly blind?: { readonly fault: FaultName; readonly why: string };
  /** What its figures leave open. */
  readonly remark?: string;
}

/** All that can be advised. */
export const MEANS: readonly Means[] = [
  {
    kind: "keepalive",
    title: "TCP keepalive with a user timeout",
    over: ["tcp", "foreign", "foreign-ping", "websocket", "browser"],
    subject: "tcp-keepalive-user-timeout",
    mode: "listen",
  },
  { kind: "heartbeat", title: "a heartbeat over TCP", over: ["tcp"], subject: "tcp", mode: "echo" },
  {
    kind: "heartbeat",
    title: "the protocol's own ping as a heartbeat",
    over: ["foreign-ping"],
    subject: "tcp",
    mode: "echo",
    blind: { fault: "unhealthy", why: "a protocol answers its ping whatever the application's health" },
    remark:
      "measured with heartbeats of ours on TCP, which differ from a protocol's ping by some octets only",
  },
  { kind: "heartbeat", title: "an echo over UDP", over: ["udp"], subject: "udp-echo", mode: "echo" },
  {
    kind: "heartbeat",
    title: "beats of the peer over UDP",
    over: ["udp"],
    subject: "udp-beat",
    mode: "listen",
  },
  {
    kind: "heartbeat",
    title: "WebSocket pings",
    over: ["websocket", "browser"],
    subject: "websocket-ping",
    mode: "echo",
  },
  {
    kind: "heartbeat",
    title: "WebSocket messages as a heartbeat",
    over: ["websocket"],
    subject: "websocket-messages",
    mode: "echo",
  },
];

/** What {@link configure} finds: of keepalive or of a heartbeat. */
export type PartConfiguration = Configuration<FullKeepaliveSettings | HeartbeatSettings>;

/**
 * The settings for one means. Alone, it may spend the whole budget; beside another it is given none, and the sum is
 * judged.
 */
export function configure(
  means: Means,
  { wire }: MeasuredSubject,
  asked: Asked,
  share: "alone" | "beside",
): PartConfiguration {
  const { mistakesPerDay, octetsPerHour } = asked;
  const budget = share === "alone" && octetsPerHour !== undefined ? { octetsPerHour } : {};
  const soonest = "octetsPerHour" in budget && asked.detectWithinMs === undefined;
  const requirements = {
    ...(!soonest && { detectWithinMs: asked.detectWithinMs ?? DEFAULT_DETECT_WITHIN_MS }),
    ...(mistakesPerDay !== undefined && { mistakesPerDay }),
    ...budget,
    path: { ...asked.path, ...forgetting(means, asked) },
    transport: { wire },
  };
  return means.kind === "keepalive"
    ? keepaliveFor(requirements)
    : policyFor({ ...requirements, mode: means.mode });
}

/** The shortest of the public clouds' load balancers for TCP connections: Azure's, by its documentation. */
export const FORGETS_TCP_AFTER_MS = 240_000;
/** Linux's connection tracking for UDP that was answered once only: nf_conntrack_udp_timeout. */
export const FORGETS_UDP_AFTER_MS = 30_000;

/** What a NAT's patience is where nobody said it. */
function forgetting({ over }: Means, { path, notice }: Asked): { forgetsAfterMs?: number } {
  if (path.forgetsAfterMs !== undefined || !notice.includes("nat")) return {};
  return { forgetsAfterMs: over.includes("udp") ? FORGETS_UDP_AFTER_MS : FORGETS_TCP_AFTER_MS };
}
