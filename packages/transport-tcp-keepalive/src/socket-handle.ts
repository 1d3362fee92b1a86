import type { Socket } from "node:net";
import type { Unavailable } from "./system-calls.js";

/** The part of Node's internals that is used: the one way to a socket's file descriptor. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number; readonly setKeepAlive?: unknown } | null;
}

/**
 * Why a socket cannot have keepalive now; `undefined` if it can. Never throws, whatever the socket: that of an HTTP/2
 * session is a stand-in, which throws once the session is over.
 */
export function whyNoKeepalive(socket: Socket, platform: NodeJS.Platform): string | undefined {
  try {
    if (socket.destroyed) return "the socket is destroyed";
    if (socket.pending) return "the socket is not connected yet";
    return whyNotTcp(socket, platform);
  } catch (error) {
    return `the socket tells nothing of itself (${codeOf(error)})`;
  }
}

function whyNotTcp(socket: Socket, platform: NodeJS.Platform): string | undefined {
  const handle = (socket as unknown as WithHandle)._handle;
  // A pipe's handle, which is a Unix socket's too, has no such method, and Node then does nothing in silence.
  if (typeof handle?.setKeepAlive !== "function") return "the socket is not TCP";
  // TLS over a stream that is no socket has the method: Node then does nothing in silence, too.
  if (platform !== "win32" && (handle.fd ?? -1) < 0)
    return "the socket is not TCP: it has no file descriptor";
  return undefined;
}

/** The file descriptor of a connected socket. Valid only until the turn ends: it may be somebody else's after that. */
export function descriptorOf(socket: Socket): number | Unavailable {
  const fd = (socket as unknown as WithHandle)._handle?.fd ?? -1;
  return fd < 0 ? { kind: "unavailable", why: "the socket has no file descriptor" } : fd;
}

/** What an error is called, shortly. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}
