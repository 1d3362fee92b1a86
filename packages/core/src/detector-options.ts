import type { ProbeBudget } from "./probe-budget.js";
import type { Timetable } from "./timetable.js";
import type { Proof } from "./transport.js";
import type { WireCost } from "./wire-cost.js";

/** What many detectors have in common; one object serves them all. */
export interface DetectorOptions {
  /** What the transport's evidence proves; told in `alive` events. */
  readonly proves: Proof;
  /** Whether each beat and echo becomes a `heartbeat` event. Default false: at many peers nobody looks. */
  readonly samples?: boolean;
  /** From [0, 1), for the jitter on sending. Default Math.random. */
  readonly random?: () => number;
  /**
   * What counts as evidence: `any` octet of the peer (default), or its `heartbeats` only. The latter where the
   * application's own octets must not vouch for its health: an ill service may go on answering "503".
   */
  readonly evidence?: "any" | "heartbeats";
  /** False withholds beats and echoes: the peer shall find this end dead. Default: always healthy. */
  readonly health?: () => boolean;
  /**
   * Asks the peer not to send heartbeats of its own accord more often than this, in whole milliseconds, 1 to 2^32 - 1.
   * The peer follows, without a reconnect; one that goes on far above this rate is dead with the cause `protocol`.
   * Echoes of our own probes do not count. Default: no limit.
   */
  readonly minReceiveMs?: number;
  /** What all detectors of a process may spend on confirming probes. Default: no limit. */
  readonly probeBudget?: ProbeBudget;
  /** By which all detectors of a process send in company. Default: each by itself. */
  readonly timetable?: Timetable;
  /** What becomes of too much at once on the link: where it is dropped, smaller companies leave. Default `delays`. */
  readonly loss?: WireCost["loss"];
  /** What each beat carries: 1 to 255 octets, or nothing. */
  readonly payload?: () => Uint8Array | undefined;
}
