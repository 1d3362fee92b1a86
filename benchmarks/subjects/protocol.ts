import type { EndCommand } from "../faults/index.js";
import type { EndContext, LinkReport } from "./subject.js";

/** What the comparison says to an end's process. */
export type ToEnd =
  | {
      readonly type: "start";
      readonly subject: string;
      readonly end: "monitor" | "peer";
      readonly context: EndContext;
    }
  | { readonly type: "write" }
  | { readonly type: "command"; readonly command: EndCommand };

/** What an end's process says. */
export type FromEnd =
  /** `pids`: the programs of others that do this end's part. */
  | { readonly type: "started"; readonly ports: readonly number[]; readonly pids: readonly number[] }
  | { readonly type: "failed"; readonly why: string }
  /** `atMs` is the machine's monotonic clock, read where the application hears of it. */
  | { readonly type: "report"; readonly report: LinkReport; readonly atMs: number }
  | { readonly type: "written" }
  /** It does, or will have done, what it was told at `atMs`. */
  | { readonly type: "obeyed"; readonly atMs: number };
