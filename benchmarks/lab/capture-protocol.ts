import type { Frame } from "./frame-decoder.js";

/** What the capture's process is told: there is only one thing. */
export interface StopCapture {
  readonly kind: "stop";
}

/** What the capture's process says. */
export type FromCapture =
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "recording"; readonly sinceMs: number }
  /** The oldest frames that it has not told yet. */
  | { readonly kind: "frames"; readonly frames: readonly Frame[] }
  | {
      readonly kind: "stopped";
      readonly untilMs: number;
      readonly clockErrorMs: number;
      /** Frames that passed unseen, since nobody read in time. */
      readonly lost: number;
    };
