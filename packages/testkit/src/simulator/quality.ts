import { QuantileSketch, type SketchData, type Summary } from "./quantile-sketch.js";

const HOUR_MS = 3_600_000;

/**
 * The quality of service of a failure detector, after Chen, Toueg, Aguilera, On the Quality of Service of Failure
 * Detectors, IEEE Transactions on Computers 51(5), 2002, section 3.
 */
export interface QualityOfService {
  /** How long living peers were watched, all together; Chen's model has no outages, so these are taken out. */
  readonly peerHours: number;
  /** T_D: from a crash to the verdict, in ms in which the judge's process ran. */
  readonly detectionMs: Summary;
  /** Living, reachable peers called dead, for silence, that had been trusted. */
  readonly mistakes: number;
  /** λ_M. */
  readonly mistakesPerPeerHour: number;
  /** Mean T_MR: from one mistake to the next; undefined where there was none. */
  readonly mistakeRecurrenceMs: number | undefined;
  /** T_M: from a mistake until the peer is trusted again, or really crashes. */
  readonly mistakeDurationMs: Summary;
  /** P_A: how likely a living, reachable peer is trusted at a random instant. */
  readonly queryAccuracy: number;
  /** Verdicts on living peers that were hung, or cut off, in the silence that led to it: neither right nor wrong. */
  readonly outages: number;
}

/** A {@link QualityLedger} as plain data. */
export interface QualityData {
  readonly livedMs: number;
  readonly detectionMs: SketchData;
  readonly mistakes: number;
  readonly mistakeDurationMs: SketchData;
  readonly outages: number;
}

/** Adds up what makes {@link QualityOfService}. */
export class QualityLedger {
  /** Of living, reachable peers. */
  livedMs = 0;
  mistakes = 0;
  outages = 0;
  readonly detectionMs: QuantileSketch;
  readonly mistakeDurationMs: QuantileSketch;

  constructor(data?: QualityData) {
    this.detectionMs = data === undefined ? new QuantileSketch() : QuantileSketch.from(data.detectionMs);
    this.mistakeDurationMs =
      data === undefined ? new QuantileSketch() : QuantileSketch.from(data.mistakeDurationMs);
    this.livedMs = data?.livedMs ?? 0;
    this.mistakes = data?.mistakes ?? 0;
    this.outages = data?.outages ?? 0;
  }

  merge(other: QualityLedger): void {
    this.livedMs += other.livedMs;
    this.mistakes += other.mistakes;
    this.outages += other.outages;
    this.detectionMs.merge(other.detectionMs);
    this.mistakeDurationMs.merge(other.mistakeDurationMs);
  }

  toJSON(): QualityData {
    const { livedMs, mistakes, outages, detectionMs, mistakeDurationMs } = this;
    return {
      livedMs,
      mistakes,
      outages,
      detectionMs: detectionMs.toJSON(),
      mistakeDurationMs: mistakeDurationMs.toJSON(),
    };
  }

  quality(): QualityOfService {
    const { livedMs, mistakes, mistakeDurationMs } = this;
    return {
      peerHours: livedMs / HOUR_MS,
      detectionMs: this.detectionMs.summary(),
      mistakes,
      mistakesPerPeerHour: (mistakes * HOUR_MS) / livedMs,
      mistakeRecurrenceMs: mistakes === 0 ? undefined : livedMs / mistakes,
      mistakeDurationMs: mistakeDurationMs.summary(),
      queryAccuracy: 1 - mistakeDurationMs.sum / livedMs,
      outages: this.outages,
    };
  }
}

/**
 * `unknown`: runs, and is not trusted, rightly (nothing heard yet, or an outage). Life counts while `trusted` and while
 * `mistaken`. `gone`: crashed or left.
 */
type Standing = "unknown" | "trusted" | "mistaken" | "gone";

/** One link's entries in a ledger: what its judge thinks of the peer, against what is so. In true time. */
export class PeerAccount {
  #standing: Standing = "unknown";
  #sinceMs = 0;
  #mistakenSinceMs = 0;
  /** The crash that is yet to be found: a quick restart does not undo it. */
  #crash: { readonly atMs: number; readonly pausedMs: number } | undefined;

  constructor(private readonly ledger: QualityLedger) {}

  /** The judge heard the peer. */
  trusted(nowMs: number): void {
    if (this.#standing === "unknown") this.#sinceMs = nowMs;
    else if (this.#standing === "mistaken") this.#endMistake(nowMs);
    else return;
    this.#standing = "trusted";
  }

  /**
   * The judge called the peer dead, or heard that it left. `pausedMs`: how long the judge did not run so far, in all;
   * `isOutage`: the peer was hung or cut off since it was last heard, or left.
   */
  verdict(nowMs: number, pausedMs: number, isOutage: boolean): void {
    if (this.#crash !== undefined) {
      const ranMs = nowMs - this.#crash.atMs - (pausedMs - this.#crash.pausedMs);
      // Sums in floating point.
      this.ledger.detectionMs.add(Math.max(0, ranMs));
      this.#crash = undefined;
    }
    if (this.#standing !== "trusted") return;
    if (isOutage) {
      this.ledger.outages += 1;
      this.#endLife(nowMs);
      this.#standing = "unknown";
    } else {
      this.ledger.mistakes += 1;
      this.#mistakenSinceMs = nowMs;
      this.#standing = "mistaken";
    }
  }

  /** The peer is gone; an orderly end is nothing to be found. */
  gone(nowMs: number, pausedMs: number, isOrderly: boolean): void {
    if (this.#standing === "mistaken") this.#endMistake(nowMs);
    if (this.#standing === "trusted" && !isOrderly) this.#crash = { atMs: nowMs, pausedMs };
    if (this.#standing !== "unknown") this.#endLife(nowMs);
    this.#standing = "gone";
  }

  /** The peer is back. */
  restarted(): void {
    this.#standing = "unknown";
  }

  /** The run is over. */
  end(nowMs: number): void {
    if (this.#standing === "mistaken") this.#endMistake(nowMs);
    if (this.#standing === "trusted" || this.#standing === "mistaken") this.#endLife(nowMs);
    this.#standing = "gone";
  }

  #endMistake(nowMs: number): void {
    this.ledger.mistakeDurationMs.add(nowMs - this.#mistakenSinceMs);
  }

  #endLife(nowMs: number): void {
    this.ledger.livedMs += nowMs - this.#sinceMs;
  }
}
