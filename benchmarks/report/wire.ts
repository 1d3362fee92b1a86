import type { SubjectRow, WireRow } from "./results.js";

/** The smallest Ethernet frame without its checksum: a real interface pads to it, the lab's does not. */
export const SMALLEST_FRAME_OCTETS = 60;

/** Said wherever octets are compared. */
export const FRAME_NOTE = "each frame at least 60 octets, as on a real wire";

/** What a row would put on a real wire in an hour. */
export interface WireVolume {
  readonly out: number;
  readonly in: number;
  readonly together: number;
}

/**
 * The octets of an hour, every frame padded to the Ethernet minimum. Where frames were counted and not captured
 * their sizes are unknown, and each direction is taken for frames of one size.
 */
export function volumeOf({ seconds, frames, octets, minimumFrameOctets }: WireRow): WireVolume {
  const padded = minimumFrameOctets ?? {
    out: Math.max(octets.out, frames.out * SMALLEST_FRAME_OCTETS),
    in: Math.max(octets.in, frames.in * SMALLEST_FRAME_OCTETS),
  };
  const perHour = 3600 / seconds;
  const [out, into] = [padded.out * perHour, padded.in * perHour];
  return { out, in: into, together: out + into };
}

/** How far the captured octets are from the predicted ones. */
export interface WireDeviation {
  /** −0.024: 2.4 % fewer than predicted. */
  readonly share: number;
  /** Outside what the jitter of sending, a frame at either end and the kernel's timers explain. */
  readonly flagged: boolean;
  /** What explains a share that would otherwise be flagged. */
  readonly why: string | undefined;
}

/** What is still called the same: jitter of sending over some 60 checks on each of ten links, and cut-off frames. */
export const WIRE_TOLERANCE = 0.02;
/** How captured and predicted octets are compared, in a sentence. */
export const WIRE_NOTE = `More than ${100 * WIRE_TOLERANCE} % off is flagged "!"; the kernel's timers alone may be late by up to an eighth, so keepalive may send that much less.`;
/** Linux keeps its timers in wheels whose slots are an eighth of the time they wait for: never early, up to that late. */
const KERNEL_LATENESS = 1 / 8;

/** Held against its prediction, unpadded as that is; undefined where none was made. */
export function deviationOf(row: WireRow, { proves }: Pick<SubjectRow, "proves">): WireDeviation | undefined {
  const predicted = row.predictedPerHour.out + row.predictedPerHour.in;
  if (predicted === 0) return undefined;
  const share = (row.perHour.out + row.perHour.in) / predicted - 1;
  if (Math.abs(share) <= WIRE_TOLERANCE) return { share, flagged: false, why: undefined };
  const late =
    proves === "connection" && share < 0 && share >= 1 / (1 + KERNEL_LATENESS) - 1 - WIRE_TOLERANCE;
  return late
    ? { share, flagged: false, why: "the kernel's timers are up to an eighth late" }
    : { share, flagged: true, why: undefined };
}

/** "+0.5 %", "−2.4 %", "! +12.0 %". */
export function deviationText({ share, flagged }: WireDeviation): string {
  const percent = Math.abs(100 * share).toFixed(1);
  const sign = percent === "0.0" ? "" : share < 0 ? "−" : "+";
  return `${flagged ? "! " : ""}${sign}${percent} %`;
}
