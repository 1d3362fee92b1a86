import type { CloseReason, Link, Transport } from "@heartwire/core";
import { type ListenerCall, type RecordingListener, recordingListener } from "@heartwire/testkit";

const TIME_LIMIT_MS = 10_000;

/** A link under observation. */
export interface ObservedLink {
  readonly link: Link;
  readonly listener: RecordingListener;
  until(what: string, predicate: (listener: RecordingListener) => boolean): Promise<void>;
  opened(): Promise<void>;
  /** The reason of closed(), or "orderly". */
  closed(): Promise<CloseReason | "orderly">;
}

export function observe(
  transport: Transport,
  react?: (call: ListenerCall, link: Link) => void,
): ObservedLink {
  const listener = recordingListener((call) => react?.(call, link));
  const link = transport.open(listener);
  const until: ObservedLink["until"] = (what, predicate) =>
    listener.waitFor(predicate, { timeoutMs: TIME_LIMIT_MS, what });
  return {
    link,
    listener,
    until,
    opened: () => until("the link to open", (l) => l.count("opened") > 0),
    async closed() {
      await until("the link to close", (l) => l.count("closed") > 0);
      const last = listener.calls.at(-1)!;
      if (last.call !== "closed") throw new Error(`${last.call} came after closed`);
      return last.reason ?? "orderly";
    },
  };
}
