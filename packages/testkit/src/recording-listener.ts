import type { FrameRejection, Heartbeat, LinkListener } from "@heartwire/core";
import { type ListenerCall, listenerOf, showCall } from "./listener-call.js";

/** How long {@link RecordingListener.waitFor} waits, and for what. */
export interface WaitOptions {
  readonly timeoutMs: number;
  /** For the error's message: what was awaited. */
  readonly what: string;
}

/** A listener that remembers; see {@link recordingListener}. */
export interface RecordingListener extends LinkListener {
  /** Every call since the beginning, in order. */
  readonly calls: readonly ListenerCall[];
  /** Every heartbeat received, in order. */
  readonly heartbeats: readonly Heartbeat[];
  /** Every rejection, in order. */
  readonly rejections: readonly FrameRejection[];
  /** How often `call` was called. */
  count(call: ListenerCall["call"]): number;
  /**
   * Resolves as soon as `predicate` holds, now or after a later call. Nothing is polled.
   *
   * @throws Error that says what was awaited and what was called instead, after `timeoutMs`.
   */
  waitFor(predicate: (listener: RecordingListener) => boolean, options: WaitOptions): Promise<void>;
}

/**
 * Collects what a link tells.
 *
 * ```ts
 * const listener = recordingListener();
 * const link = transport.open(listener);
 * await listener.waitFor((l) => l.count("opened") === 1, { timeoutMs: 1000, what: "the link to open" });
 * ```
 *
 * @param react is told of every call just after it was recorded, within the call itself: the place to send
 * or close in a callback.
 */
export function recordingListener(react?: (call: ListenerCall) => void): RecordingListener {
  const calls: ListenerCall[] = [];
  const waiters = new Set<() => void>();
  const record = (call: ListenerCall): void => {
    calls.push(call);
    react?.(call);
    for (const check of waiters) check();
  };
  const listener: RecordingListener = {
    calls,
    get heartbeats() {
      return calls.flatMap((each) => (each.call === "received" ? [each.heartbeat] : []));
    },
    get rejections() {
      return calls.flatMap((each) => (each.call === "rejected" ? [each.rejection] : []));
    },
    count: (call) => calls.reduce((count, each) => (each.call === call ? count + 1 : count), 0),
    waitFor(predicate, { timeoutMs, what }) {
      return new Promise((resolve, reject) => {
        const settle = (outcome: () => void): void => {
          clearTimeout(timer);
          waiters.delete(check);
          outcome();
        };
        const check = (): void => {
          try {
            if (predicate(listener)) settle(resolve);
          } catch (error) {
            settle(() => reject(error));
          }
        };
        const timer = setTimeout(
          () => settle(() => reject(new Error(`${what}: not within ${timeoutMs} ms; ${summary(calls)}`))),
          timeoutMs,
        );
        waiters.add(check);
        check();
      });
    },
    ...listenerOf(record),
  };
  return listener;
}

const SHOWN_CALLS = 8;

function summary(calls: readonly ListenerCall[]): string {
  if (calls.length === 0) return "the listener was never called";
  const last = calls.slice(-SHOWN_CALLS).map(showCall).join(", ");
  return `the listener was called ${calls.length} times, last: ${last}`;
}
