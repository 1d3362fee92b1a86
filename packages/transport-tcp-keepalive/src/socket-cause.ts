import type { Socket } from "node:net";
import { type CloseReason, causeOfError } from "@heartwire/core";

/**
 * The cause of an open connection's error.
 *
 * ETIMEDOUT is the kernel's one word for two verdicts: its probes went unanswered, or sent data stayed
 * unacknowledged. It is called `keepalive-timeout`, unless a user timeout is in force and this end has ever
 * written: then that time-out decides in both cases, and it is called `user-timeout`. (Without a user timeout
 * data takes a quarter of an hour to give up on, so keepalive is by far the likelier.)
 *
 * An error that is neither the kernel's nor TLS's was made in this process by whoever destroyed the socket:
 * `ended` by `local`.
 */
export function causeOfSocketError(error: unknown, socket: Socket, userTimeoutMs: number): CloseReason {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  // Found on a socket that failed before anybody watched it.
  const neverOpen = syscall === "connect" || syscall === "getaddrinfo" || error instanceof AggregateError;
  if (neverOpen) return causeOfError(error, "connecting");
  const cause = causeOfError(error, "open");
  if (cause.kind === "user-timeout" && typeof syscall === "string") {
    return userTimeoutMs > 0 && socket.bytesWritten > 0 ? cause : { ...cause, kind: "keepalive-timeout" };
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
export function causeOfGone(socket: Socket, userTimeoutMs: number): CloseReason {
  if (socket.errored !== null) return causeOfSocketError(socket.errored, socket, userTimeoutMs);
  return { kind: "ended", by: socket.readableEnded ? "peer" : "local" };
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
