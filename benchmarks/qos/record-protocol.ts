/** What a recording end is told. */
export type ToRecorder =
  | { readonly type: "listen"; readonly address: string; readonly intervalMs: number }
  | { readonly type: "beat"; readonly address: string; readonly port: number; readonly intervalMs: number }
  | { readonly type: "block"; readonly forMs: number }
  | { readonly type: "stop" };

/** A time in which the end's process was blocked, on the same clock. */
export interface Blocked {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A beat that arrived, on the clock that all processes of the machine share. */
export interface HeardBeat {
  readonly seq: number;
  readonly sentMs: number;
  readonly arrivedMs: number;
}

/** What it tells. */
export type FromRecorder =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "heard"; readonly beats: readonly HeardBeat[]; readonly blocked: readonly Blocked[] };
