/**
 * How an option was set: `node`, by Node's own four-argument `setKeepAlive`; `ffi`, by setsockopt through
 * koffi; `node-idle-only`, by the older `setKeepAlive(true, idleMs)`, which takes no other option; `none`, not
 * at all.
 */
export type KeepaliveMeans = "node" | "ffi" | "node-idle-only" | "none";

/**
 * What became of an option: `untouched`, it was not asked for; `as-asked` and `rounded` (up to whole seconds),
 * the kernel holds it, read back; `unverified`, it was set, but nothing can be read back here; `failed`, it was
 * not set, or the kernel holds something else; or Node has changed it though it was not asked for.
 */
export type KeepaliveOutcome = "untouched" | "as-asked" | "rounded" | "unverified" | "failed";

/** What became of one option. */
export interface OptionReport {
  /** As given in the settings. `undefined`: not asked for, so left as it was. */
  readonly asked: number | undefined;
  /** As read back from the kernel, in the same unit. `undefined`: it could not be read. */
  readonly effective: number | undefined;
  readonly means: KeepaliveMeans;
  readonly outcome: KeepaliveOutcome;
  /** For people: what is not as asked, and why. Absent when all is as asked and proven so. */
  readonly note?: string;
}

/** What was asked of the kernel for one socket, what it really holds now, and how it came there. */
export interface KeepaliveReport {
  /** SO_KEEPALIVE as read back. `undefined`: it could not be read. */
  readonly enabled: boolean | undefined;
  readonly idleMs: OptionReport;
  readonly intervalMs: OptionReport;
  readonly probes: OptionReport;
  readonly userTimeoutMs: OptionReport;
}

/** What the kernel holds for one socket, or why that could not be read. */
export type KeepaliveReading =
  | {
      readonly kind: "read";
      /** SO_KEEPALIVE: whether the kernel probes at all. */
      readonly enabled: boolean;
      readonly idleMs: number;
      readonly intervalMs: number;
      readonly probes: number;
      /** 0: the system's way. `undefined`: this system has no such option. */
      readonly userTimeoutMs: number | undefined;
    }
  | { readonly kind: "unreadable"; readonly why: string };
