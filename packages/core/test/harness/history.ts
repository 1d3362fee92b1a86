import fc from "fast-check";
import { type FixedTimeoutOptions, fixedTimeout, type Output, type Policy } from "../../src/index.js";
import { Bench, beat, echo, probe } from "./bench.js";

/** One thing that happens, `afterMs` after the one before. */
export interface Step {
  readonly afterMs: number;
  readonly what: /** A fresh beat, a fresh probe, other bytes, the echo to our newest probe: evidence all. */
    | { readonly kind: "beat"; readonly announcedMs: number }
    | { readonly kind: "probe" | "active" | "echo" }
    /** A replayed beat, an echo nobody asked for, a frame the link dropped: never evidence. */
    | { readonly kind: "replay" | "unsolicited" | "malformed" }
    /** Our own process does not run for so long. */
    | { readonly kind: "stall"; readonly stalledMs: number };
}

/** Options of every shape that can work. */
export const options: fc.Arbitrary<FixedTimeoutOptions> = fc
  .record({
    intervalMs: fc.integer({ min: 1, max: 5000 }),
    multiplier: fc.integer({ min: 11, max: 120 }),
    suspicion: fc.double({ min: 0, max: 1, noNaN: true }),
    confirmIntervalMs: fc.oneof(fc.integer({ min: 1, max: 8000 }), fc.constant(Number.POSITIVE_INFINITY)),
    slowest: fc.integer({ min: 1, max: 20 }),
    mode: fc.constantFrom("echo", "beat", "listen"),
    defaults: fc.boolean(),
  })
  .map(({ intervalMs, multiplier, suspicion, confirmIntervalMs, slowest, mode, defaults }) => {
    const detectMultiplier = multiplier / 10;
    if (defaults) return { intervalMs, detectMultiplier, mode };
    const suspectAfterMs = intervalMs + suspicion * (intervalMs * detectMultiplier - intervalMs);
    const maxIntervalMs = intervalMs * slowest;
    return { intervalMs, detectMultiplier, mode, suspectAfterMs, confirmIntervalMs, maxIntervalMs };
  });

const gapMs = fc.oneof(
  fc.integer({ min: 0, max: 3000 }),
  fc.double({ min: 0, max: 20_000, noNaN: true }),
  fc.constant(0),
);

const what: fc.Arbitrary<Step["what"]> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(60_000).map((announcedMs) => ({ kind: "beat", announcedMs }) as const) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom("probe", "active", "echo", "replay", "unsolicited", "malformed")
      .map((kind) => ({ kind }) as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .double({ min: 0, max: 100_000, noNaN: true })
      .map((stalledMs) => ({ kind: "stall", stalledMs }) as const),
  },
);

export const history: fc.Arbitrary<readonly Step[]> = fc.array(fc.record({ afterMs: gapMs, what }), {
  maxLength: 40,
});

/**
 * Plays a history, and keeps its own books of what it should mean: the peer's silence, in time that this
 * process ran. Nothing here is taken from the detector.
 */
export class Play {
  readonly policy: Policy;
  readonly bench: Bench;
  /** What of all stalls so far is nobody's silence. */
  stalledMs = 0;
  /** Of it, those stalls in this silence that are shorter than deadAfterMs: no more than that together. */
  #shortMs = 0;
  /** The others; the longest of all; and when the last evidence came, in true time. */
  longMs = 0;
  longestMs = 0;
  heardAtMs: number;
  /** When the last evidence came, on a clock that stands still in stalls. */
  heardAtRunningMs: number;
  anythingHeard = false;
  #beats = 0;
  #probes = 0;
  readonly #answered = new Set<number>();

  constructor(of: FixedTimeoutOptions, startMs: number, random?: () => number) {
    this.policy = fixedTimeout(of)();
    this.bench = new Bench(() => this.policy, random === undefined ? {} : { random }, startMs);
    this.heardAtRunningMs = startMs;
    this.heardAtMs = startMs;
  }

  get runningMs(): number {
    return this.bench.nowMs - this.stalledMs;
  }

  /** How long the peer has been silent while we could have heard it. */
  get silentMs(): number {
    return this.runningMs - this.heardAtRunningMs;
  }

  /** Lets the time pass that comes before a step, then takes it. */
  step({ afterMs, what }: Step, pass: (durationMs: number) => void): readonly Output[] {
    pass(afterMs);
    return this.take(what);
  }

  take(what: Step["what"]): readonly Output[] {
    const { bench } = this;
    switch (what.kind) {
      case "beat":
        this.#heard();
        return bench.hear(beat(this.#beats++, what.announcedMs));
      case "probe":
        this.#heard();
        return bench.hear(probe(this.#probes++));
      case "active":
        this.#heard();
        return bench.active();
      case "echo":
        return this.#echo();
      case "replay":
        return this.#beats === 0 ? [] : bench.hear(beat(this.#beats - 1, 60_000));
      case "unsolicited":
        return bench.hear(echo(0xdead_beef));
      case "malformed":
        return bench.reject({ kind: "malformed", reason: "truncated" });
      case "stall":
        this.#stall(what.stalledMs);
        return bench.stall(what.stalledMs);
    }
  }

  #echo(): readonly Output[] {
    const newest = this.bench.sent
      .map((sending) => sending.heartbeat)
      .filter((sent) => sent.kind === "probe")
      .at(-1);
    if (newest === undefined || this.#answered.has(newest.seq)) return [];
    this.#answered.add(newest.seq);
    this.#heard();
    return this.bench.hear(echo(newest.seq));
  }

  #stall(stalledMs: number): void {
    const mostMs = this.policy.deadAfterMs;
    this.longestMs = Math.max(this.longestMs, stalledMs);
    if (stalledMs >= mostMs) {
      this.longMs += stalledMs;
      this.stalledMs += stalledMs;
      return;
    }
    const excusedMs = Math.min(stalledMs, mostMs - this.#shortMs);
    this.#shortMs += excusedMs;
    this.stalledMs += excusedMs;
  }

  #heard(): void {
    this.#shortMs = 0;
    this.longMs = 0;
    this.longestMs = 0;
    this.heardAtMs = this.bench.nowMs;
    this.heardAtRunningMs = this.runningMs;
    this.anythingHeard = true;
  }
}
