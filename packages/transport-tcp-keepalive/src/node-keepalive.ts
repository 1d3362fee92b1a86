import type { Socket } from "node:net";

/** `setKeepAlive` as of Node 24.19 and 26.4, all times in milliseconds. */
interface FourArgumentKeepalive {
  setKeepAlive(enable: boolean, initialDelay: number, interval: number, count: number): unknown;
}

/** Whether this socket's own `setKeepAlive` takes interval and count. */
export function takesFourArguments(socket: Socket): boolean {
  return socket.setKeepAlive.length === 4;
}

/** Sets all three options. Node hides failures: read back. */
export function setThroughNode(
  socket: Socket,
  idleSeconds: number,
  intervalSeconds: number,
  probes: number,
): void {
  forgetCache(socket);
  (socket as unknown as FourArgumentKeepalive).setKeepAlive(
    true,
    idleSeconds * 1000,
    intervalSeconds * 1000,
    probes,
  );
}

/** Sets the idle time; Node forces the interval to 1 s and the probes to 10. It hides failures. */
export function setIdleThroughNode(socket: Socket, idleSeconds: number): void {
  forgetCache(socket);
  socket.setKeepAlive(true, idleSeconds * 1000);
}

/**
 * Node makes no system call when it is asked for what it was last asked for, even if that failed or was
 * overwritten since. Off and on again is never the same twice.
 */
function forgetCache(socket: Socket): void {
  socket.setKeepAlive(false);
}
