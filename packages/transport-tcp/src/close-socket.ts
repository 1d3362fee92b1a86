import type { Socket } from "node:net";
import { ignoreError } from "./socket-watch.js";

/** How long a last `bye` may take to leave before its socket is destroyed with it. */
const FLUSH_LIMIT_MS = 1000;

/** Destroys a socket of ours; an error that comes late has nobody to go to. */
export function destroySocket(socket: Socket): void {
  socket.on("error", ignoreError);
  socket.destroy();
}

/**
 * Destroys a socket of ours as soon as the kernel (for TLS: the record layer too) has taken what was written,
 * and after one second in any case. Never waits for the peer, which may be dead.
 */
export function flushAndDestroySocket(socket: Socket): void {
  if (socket.destroyed) return;
  socket.on("error", ignoreError);
  // Unread octets would turn our FIN into a reset, which can overtake the bye.
  socket.resume();
  const limit = setTimeout(() => socket.destroy(), FLUSH_LIMIT_MS);
  limit.unref();
  socket.once("close", () => clearTimeout(limit));
  socket.end(() => socket.destroy());
}
