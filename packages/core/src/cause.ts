import type { FrameRejection } from "./rejection.js";

/** Why a peer is called dead: one closed union for every transport, each kind with its evidence. */
export type DeathCause =
  /** Nothing was heard for longer than the policy allows. */
  | { readonly kind: "silence"; readonly deadAfterMs: number; readonly missed: number }
  /** The kernel's keepalive probes went unanswered. */
  | { readonly kind: "keepalive-timeout"; readonly errno: string }
  /** A user timeout (TCP_USER_TIMEOUT) passed, or the kernel gave up on retransmitting unacknowledged data. */
  | { readonly kind: "user-timeout"; readonly errno: string }
  /** The peer's host (or something in between) answered with a reset; or a write met one. */
  | { readonly kind: "reset"; readonly errno: string }
  /** Nothing listens there. */
  | { readonly kind: "refused"; readonly errno: string }
  /** The network, or our own host, says that there is no way to the peer. */
  | { readonly kind: "unreachable"; readonly errno: string }
  /** The connection ended without a `bye`: process exit, crash or plain close cannot be told apart. */
  | {
      readonly kind: "ended";
      /** Who closed: the peer, or something else in this process. */
      readonly by: "peer" | "local";
      /** The WebSocket close code, where there is one. */
      readonly code?: number;
      readonly detail?: string;
    }
  /** The same address answers under a new session: the peer we knew is gone. */
  | { readonly kind: "restarted"; readonly previousSession: number; readonly session: number }
  /** The peer does not speak this protocol. */
  | { readonly kind: "protocol"; readonly detail: string; readonly rejection?: FrameRejection }
  /** The peer's frames failed authentication. */
  | { readonly kind: "unauthenticated"; readonly detail: string }
  /** The link never opened: name not found, handshake failed, timed out. */
  | { readonly kind: "connect-failed"; readonly errno: string; readonly detail: string };

/** Why a link closed, as its transport saw it. Only the detector itself can find `silence`. */
export type CloseReason = Exclude<DeathCause, { kind: "silence" }>;

/** The parts of a Node system error that say what happened; any thrown value is accepted. */
export interface ErrorEvidence {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

const NO_MESSAGE = "an error without a message";
const RESET = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ENOTCONN"]);
// EPERM and EACCES are a local firewall's way of saying so.
const UNREACHABLE = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "ENONET",
  "EADDRNOTAVAIL",
  "EPERM",
  "EACCES",
]);

/**
 * Turns a socket's error into its one typed cause.
 *
 * `phase` is `"connecting"` until the link is open; then a refusal or an unreachable network keeps its own
 * kind, and all else (DNS, TLS, HTTP upgrade, time-outs) is `connect-failed`. In an open link `ETIMEDOUT`
 * means that the kernel gave up on unacknowledged data, `user-timeout`; the keepalive transport, which knows
 * better, replaces it by `keepalive-timeout`. An error without a code in an open link is `protocol`.
 */
export function causeOfError(error: unknown, phase: "connecting" | "open"): CloseReason {
  const { code, message } = evidenceOf(error);
  if (code === "ECONNREFUSED") return { kind: "refused", errno: code };
  if (code !== undefined && UNREACHABLE.has(code)) return { kind: "unreachable", errno: code };
  if (phase === "connecting") {
    return { kind: "connect-failed", errno: code ?? "unknown", detail: message || NO_MESSAGE };
  }
  if (code !== undefined && RESET.has(code)) return { kind: "reset", errno: code };
  if (code === "ETIMEDOUT") return { kind: "user-timeout", errno: code };
  return { kind: "protocol", detail: [code, message].filter(Boolean).join(": ") || NO_MESSAGE };
}

function evidenceOf(error: unknown): ErrorEvidence {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : undefined,
    message: typeof message === "string" && message !== "" ? message : undefined,
  };
}

/**
 * One plain line for a person: what happened, and what it proves. Control characters become spaces: details may
 * be the peer's own words, and end up in logs.
 */
export function describeCause(cause: DeathCause): string {
  return describe(cause)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

function describe(cause: DeathCause): string {
  switch (cause.kind) {
    case "silence":
      return `silent for ${Math.round(cause.deadAfterMs)} ms (${cause.missed} heartbeats missed)`;
    case "keepalive-timeout":
      return `the kernel's keepalive probes went unanswered (${cause.errno})`;
    case "user-timeout":
      return `a user timeout passed, or the kernel gave up on unacknowledged data (${cause.errno})`;
    case "reset":
      return `the connection was reset (${cause.errno})`;
    case "refused":
      return `nothing listens there (${cause.errno})`;
    case "unreachable":
      return `no way to the peer (${cause.errno})`;
    case "ended":
      return describeEnd(cause);
    case "restarted":
      return "the peer was restarted: the same address answers under a new session";
    case "protocol":
      return `the peer does not speak this protocol: ${cause.detail}`;
    case "unauthenticated":
      return `the peer's frames failed authentication: ${cause.detail}`;
    case "connect-failed":
      return `the connection was never made (${cause.errno}): ${cause.detail}`;
  }
}

function describeEnd(cause: Extract<DeathCause, { kind: "ended" }>): string {
  const who =
    cause.by === "peer"
      ? "the peer's end was closed without a goodbye"
      : "this process closed the connection";
  const code = cause.code === undefined ? "" : ` (code ${cause.code})`;
  return `${who}${code}${cause.detail ? `: ${cause.detail}` : ""}`;
}
