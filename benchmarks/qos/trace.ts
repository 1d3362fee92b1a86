/** A time in which the judge's process could not run. */
export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The beats that arrived, in the order of their arrival: the same place in each column is the same beat. */
export interface Beats {
  readonly seq: Uint32Array;
  readonly sentMs: Float64Array;
  readonly arrivedMs: Float64Array;
}

/** What reached a monitor from one living peer, and when its process could read it. Starts at 0. */
export interface Trace {
  readonly intervalMs: number;
  readonly durationMs: number;
  readonly beats: Beats;
  /** Disjoint, in order. */
  readonly stalls: readonly Stall[];
  /**
   * When the echo of a probe sent at `sentMs` arrives; undefined: one of the two is lost. Absent in recorded traces,
   * which cannot tell what would have become of a probe that was never sent.
   */
  readonly echoArrivalMs?: (sentMs: number) => number | undefined;
}

/** Puts beats in the order of their arrival; those with an infinite arrival are lost. */
export function beatsOf(sentMs: readonly number[], arrivalOf: (sentMs: number) => number): Beats {
  const arrived = sentMs
    .map((ms, seq) => ({ seq, sentMs: ms, arrivedMs: arrivalOf(ms) }))
    .filter(({ arrivedMs }) => arrivedMs < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.arrivedMs - b.arrivedMs);
  return {
    seq: Uint32Array.from(arrived, ({ seq }) => seq),
    sentMs: Float64Array.from(arrived, (beat) => beat.sentMs),
    arrivedMs: Float64Array.from(arrived, ({ arrivedMs }) => arrivedMs),
  };
}

/** The same trace on a clock that runs so many times as fast. */
export function scaled(trace: Trace, factor: number): Trace {
  const { beats, echoArrivalMs } = trace;
  const later = (column: Float64Array) => column.map((ms) => ms * factor);
  return {
    intervalMs: trace.intervalMs * factor,
    durationMs: trace.durationMs * factor,
    beats: { seq: beats.seq, sentMs: later(beats.sentMs), arrivedMs: later(beats.arrivedMs) },
    stalls: trace.stalls.map(({ fromMs, toMs }) => ({ fromMs: fromMs * factor, toMs: toMs * factor })),
    ...(echoArrivalMs && {
      echoArrivalMs: (sentMs: number) => {
        const arrivalMs = echoArrivalMs(sentMs / factor);
        return arrivalMs === undefined ? undefined : arrivalMs * factor;
      },
    }),
  };
}

/** Of a peer that only answers. */
export const NO_BEATS: Beats = beatsOf([], () => Number.POSITIVE_INFINITY);
