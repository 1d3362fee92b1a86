import type { Socket } from "node:net";
import { type CloseReason, causeOfError } from "@heartwire/core";
import type { Unacknowledged } from "./evidence-sampler.js";

/** What tells the kernel's two reasons for ETIMEDOUT apart. */
export interface TimeoutEvidence {
  /** The user timeout in force; 0 if none is, or if it cannot be read. */
  readonly userTimeoutMs: number;
  readonly unacknowledged: Unacknowledged;
}

/** Of a socket that nobody watched while it failed. */
export const NO_EVIDENCE: TimeoutEvidence = { userTimeoutMs: 0, unacknowledged: "unknown" };

/**
 * The cause of an open connection's error.
 *
 * ETIMEDOUT is the kernel's one word for several verdicts, told apart by evidence (net/ipv4/tcp_timer.c):
 * - a user timeout is in force: known to be `user-timeout`, for it decides both about unacknowledged data and,
 *   instead of the count of probes, about an idle connection;
 * - none is, and data was unacknowledged: `user-timeout` too, by the retransmission limit (tcp_retries2), for
 *   unacknowledged data suspends the probes;
 * - none is, and nothing was unacknowledged: `keepalive-timeout`;
 * - none is, and the kernel could not be asked: `keepalive-timeout` is inferred, for the retransmission limit
 *   takes a quarter of an hour by default.
 *
 * An error that is neither the kernel's nor TLS's was made in this process by whoever destroyed the socket:
 * `ended` by `local`.
 */
export function causeOfSocketError(error: unknown, evidence: TimeoutEvidence): CloseReason {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  // Found on a socket that failed before anybody watched it.
  const neverOpen = syscall === "connect" || syscall === "getaddrinfo" || error instanceof AggregateError;
  if (neverOpen) return causeOfError(error, "connecting");
  const cause = causeOfError(error, "open");
  if (cause.kind === "user-timeout" && typeof syscall === "string") {
    const { userTimeoutMs, unacknowledged } = evidence;
    return userTimeoutMs > 0 || unacknowledged === "yes" ? cause : { ...cause, kind: "keepalive-timeout" };
  }
  const fromTls = typeof code === "string" && code.startsWith("ERR_SSL_");
  if (cause.kind === "protocol" && (fromTls || typeof syscall === "string")) return cause;
  if (cause.kind === "protocol" || cause.kind === "user-timeout") {
    return { kind: "ended", by: "local", detail: detailOf(error) };
  }
  return cause;
}

/**
 * The cause when the peer's FIN has just been read. The kernel cannot tell exit, crash and polite close apart;
 * but if this end's own FIN went first, the peer only agrees.
 */
export function causeOfEnd(socket: Socket): CloseReason {
  return { kind: "ended", by: socket.writableEnded ? "local" : "peer" };
}

/** The cause when the socket is found ended or destroyed: later than {@link causeOfEnd}, so it knows less. */
export function causeOfGone(socket: Socket, evidence: TimeoutEvidence): CloseReason {
  if (socket.errored !== null) return causeOfSocketError(socket.errored, evidence);
  return { kind: "ended", by: socket.readableEnded ? "peer" : "local" };
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
