/** What a recording end is told. */
export type ToRecorder =
  | { readonly type: "listen"; readonly address: string; readonly intervalMs: number }
  | { readonly type: "beat"; readonly address: string; readonly port: number; readonly intervalMs: number }
  | { readonly type: "stop" };

/** A beat that arrived, on the clock that all processes of the machine share. */
export interface HeardBeat {
  readonly seq: number;
  readonly sentMs: number;
  readonly arrivedMs: number;
}

/** What it tells. */
export type FromRecorder =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "heard"; readonly beats: readonly HeardBeat[] };
