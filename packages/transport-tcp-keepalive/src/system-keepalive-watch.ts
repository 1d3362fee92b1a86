import { requireDurationMs } from "@heartwire/core";
import { type SystemKeepalive, systemKeepalive } from "./system-keepalive.js";

/** How to watch. */
export interface SystemKeepaliveWatchOptions {
  /** How often to look, 100 to 2 147 483 647. Default 10 000. A look takes about 50 µs. */
  readonly everyMs?: number;
  /** Ends the watch, as `close()` does. */
  readonly signal?: AbortSignal;
}

/** A watch under way. */
export interface SystemKeepaliveWatch {
  /** What the latest look found. */
  readonly current: SystemKeepalive;
  /** Ends the watch. Idempotent. */
  close(): void;
}

/** Hears of a change, also from readable to unreadable and back. */
export type SystemKeepaliveListener = (current: SystemKeepalive, previous: SystemKeepalive) => void;

/**
 * Tells when the system's keepalive settings change, by reading them every so often: inotify shows only what is
 * written through this very mount of /proc, so not what the host or another container in this network namespace
 * changes. A change is told `everyMs` later at worst; one that is taken back in between is missed. Does not keep
 * the process alive. What the listener throws is an uncaught exception, as in any timer.
 *
 * What a change does to an open connection that has keepalive on and sets nothing itself: interval and probes are
 * read anew at each probe (tcp_keepalive_timer, net/ipv4/tcp_timer.c), but the idle timer that runs is not touched
 * (measured by this file's test). When it fires, a longer idle time holds: it waits on, and sends no probe. So a
 * **shorter** idle time holds only once the old one has passed, up to two hours later.
 *
 * @throws RangeError when `everyMs` is out of range, with its value.
 */
export function watchSystemKeepalive(
  listener: SystemKeepaliveListener,
  options: SystemKeepaliveWatchOptions = {},
): SystemKeepaliveWatch {
  return watchReadings(systemKeepalive, listener, options);
}

/** {@link watchSystemKeepalive} with a given way to read. */
export function watchReadings(
  read: () => SystemKeepalive,
  listener: SystemKeepaliveListener,
  { everyMs = 10_000, signal }: SystemKeepaliveWatchOptions,
): SystemKeepaliveWatch {
  requireDurationMs("everyMs", everyMs, 100, 0x7fff_ffff);
  let current = read();
  const look = (): void => {
    const previous = current;
    current = read();
    if (!isSame(current, previous)) listener(current, previous);
  };
  const timer = signal?.aborted ? undefined : setInterval(look, everyMs).unref();
  const close = (): void => {
    clearInterval(timer);
    signal?.removeEventListener("abort", close);
  };
  if (timer !== undefined) signal?.addEventListener("abort", close);
  return {
    get current() {
      return current;
    },
    close,
  };
}

function isSame(one: SystemKeepalive, other: SystemKeepalive): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
