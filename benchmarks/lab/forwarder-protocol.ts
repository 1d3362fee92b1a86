import type { ForwarderReport, Impairment } from "./impairment.js";

/** What the forwarder is told. */
export type ToForwarder =
  | { readonly kind: "impair"; readonly impairment: Impairment & { readonly seed: number } }
  /** No more packets come; report once the last has gone on. */
  | { readonly kind: "finish" };

/** What the forwarder says: one answer each. */
export type FromForwarder =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly why: string }
  | {
      readonly kind: "finished";
      readonly toPeer: ForwarderReport;
      readonly toMonitor: ForwarderReport;
      readonly overflowed: number;
    };
