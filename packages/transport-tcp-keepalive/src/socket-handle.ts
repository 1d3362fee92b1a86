import type { Socket } from "node:net";
import type { Unavailable } from "./system-calls.js";

/** The part of Node's internals that is used: the one way to a socket's file descriptor. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number; readonly setKeepAlive?: unknown } | null;
}

/** Why a connected socket cannot have keepalive at all; `undefined` if it can. */
export function whyNotTcp(socket: Socket): string | undefined {
  const handle = (socket as unknown as WithHandle)._handle;
  // A pipe's handle, which is a Unix socket's too, has no such method, and Node then does nothing in silence.
  return typeof handle?.setKeepAlive === "function" ? undefined : "the socket is not TCP";
}

/** The file descriptor of a connected socket. Valid only until the turn ends: it may be somebody else's after that. */
export function descriptorOf(socket: Socket): number | Unavailable {
  const fd = (socket as unknown as WithHandle)._handle?.fd ?? -1;
  return fd < 0 ? { kind: "unavailable", why: "the socket has no file descriptor" } : fd;
}
