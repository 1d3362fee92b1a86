import {
  type Input,
  JITTER_FLOOR,
  type PolicyFactory,
  requireDurationMs,
  requireInteger,
} from "@heartwire/core";
import { type JudgeFactory, realJudge } from "./judge.js";
import { KeyedRandom } from "./keyed-random.js";
import { checkNetwork, Lane, LOST, type NetworkModel } from "./lane.js";
import { PeerAccount, QualityLedger, type QualityOfService } from "./quality.js";

/** Beats of one living peer, as they were sent and as they arrived: generated, or recorded somewhere. */
export interface Trace {
  /** What the peer promised, ms. */
  readonly intervalMs: number;
  /** When each beat was sent, by its number from 0; rising. On the receiver's clock. */
  readonly sentMs: Float64Array;
  /** Arrivals in their order: when, and of which beat. A lost beat has none, a doubled one two. */
  readonly arrivedMs: Float64Array;
  readonly arrived: Uint32Array;
}

/** What {@link generateTrace} makes a trace from. */
export interface TraceOptions {
  readonly seed: number;
  /** How many beats are sent, 2 to 10 000 000. */
  readonly beats: number;
  readonly intervalMs: number;
  readonly network: NetworkModel;
}

/**
 * The beats of a sender of ours, jittered to 75 to 100 % of the interval, after their way through a network.
 *
 * @throws RangeError naming the option that cannot be.
 */
export function generateTrace({ seed, beats, intervalMs, network }: TraceOptions): Trace {
  requireInteger("beats", beats, 2, 10_000_000);
  requireDurationMs("intervalMs", intervalMs, 1, 0xffff_ffff);
  checkNetwork(network);
  const jitter = new KeyedRandom(seed, 0);
  const lane = new Lane(network, seed, 1);
  const sentMs = new Float64Array(beats);
  const arrivals: { readonly atMs: number; readonly beat: number }[] = [];
  let nowMs = 0;
  for (let beat = 0; beat < beats; beat++) {
    sentMs[beat] = nowMs;
    for (const delayMs of [lane.send(nowMs), lane.copy()]) {
      if (delayMs !== LOST) arrivals.push({ atMs: nowMs + delayMs, beat });
    }
    nowMs += intervalMs * (JITTER_FLOOR + (1 - JITTER_FLOOR) * jitter.next());
  }
  arrivals.sort((a, b) => a.atMs - b.atMs);
  return {
    intervalMs,
    sentMs,
    arrivedMs: Float64Array.from(arrivals, ({ atMs }) => atMs),
    arrived: Uint32Array.from(arrivals, ({ beat }) => beat),
  };
}

/** Options of {@link judgeTrace}. */
export interface JudgeTraceOptions {
  /**
   * After a mistake the next arrival begins a new detector. `new` gives it a new policy, as a new link does; `kept`
   * (default) the old one, to compare formulas and not their warm-ups.
   */
  readonly policyAfterMistake?: "new" | "kept";
  readonly judge?: JudgeFactory;
  /** Where in the gap after each beat the peer is supposed to crash, for T_D: a seed for draws from it. Default 0. */
  readonly crashSeed?: number;
}

const TICK: Input = { type: "tick" };

/**
 * What a policy makes of a trace: the same arrivals for every policy, so that differences are the policies' own. The
 * judge only listens: its confirming probes, if it sends any, are answered by nobody. It runs all the time; for stalls,
 * and for answers, see {@link simulate}. T_D is that of a crash after each beat, at a random instant before the next:
 * from there to the verdict that the beats sent until then lead to, or 0 where it was given already.
 *
 * @throws RangeError when the trace has no arrivals or its times are not in order.
 */
export function judgeTrace(
  trace: Trace,
  policyFactory: PolicyFactory,
  options: JudgeTraceOptions = {},
): QualityOfService {
  checkTrace(trace);
  const { policyAfterMistake = "kept", judge = realJudge, crashSeed = 0 } = options;
  const ledger = new QualityLedger();
  const account = new PeerAccount(ledger);
  const freshUntilMs = new Float64Array(trace.sentMs.length).fill(Number.NaN);
  let policy = policyFactory();
  let detector: ReturnType<JudgeFactory> | undefined;
  let newest = -1;
  for (const [index, nowMs] of trace.arrivedMs.entries()) {
    while (detector !== undefined && detector.deadlineMs <= nowMs) {
      const tickMs = detector.deadlineMs;
      detector.handle(TICK, tickMs);
      if (detector.state !== "dead") continue;
      account.verdict(tickMs, 0, false);
      detector = undefined;
    }
    const beat = trace.arrived[index]!;
    if (detector === undefined) {
      if (beat <= newest) continue;
      if (newest >= 0 && policyAfterMistake === "new") policy = policyFactory();
      detector = judge(policy, { proves: "process" }, nowMs, 0);
    }
    const promiseMs = Math.ceil(trace.intervalMs);
    const heartbeat = { kind: "beat", seq: beat, intervalMs: promiseMs } as const;
    detector.handle({ type: "received", heartbeat }, nowMs);
    if (beat <= newest) continue;
    newest = beat;
    account.trusted(nowMs);
    freshUntilMs[beat] = nowMs + policy.deadAfterMs;
  }
  account.end(trace.arrivedMs.at(-1)!);
  addDetections(trace, freshUntilMs, new KeyedRandom(crashSeed, 2), ledger);
  return ledger.quality();
}

function addDetections(
  { sentMs }: Trace,
  freshUntilMs: Float64Array,
  random: KeyedRandom,
  ledger: QualityLedger,
): void {
  let untilMs = Number.NaN;
  for (let beat = 0; beat + 1 < sentMs.length; beat++) {
    // Lost, or overtaken: what was heard before decides.
    if (!Number.isNaN(freshUntilMs[beat]!)) untilMs = freshUntilMs[beat]!;
    const gapMs = sentMs[beat + 1]! - sentMs[beat]!;
    const crashMs = sentMs[beat]! + gapMs * random.at(beat);
    if (untilMs < Number.POSITIVE_INFINITY) ledger.detectionMs.add(Math.max(0, untilMs - crashMs));
  }
}

function checkTrace({ sentMs, arrivedMs, arrived }: Trace): void {
  if (arrivedMs.length === 0) throw new RangeError("arrivedMs must not be empty: nothing to judge");
  if (arrived.length !== arrivedMs.length) {
    throw new RangeError(`arrived must be as long as arrivedMs, ${arrivedMs.length}, not ${arrived.length}`);
  }
  for (const [name, timesMs] of [
    ["sentMs", sentMs],
    ["arrivedMs", arrivedMs],
  ] as const) {
    const at = timesMs.findIndex((atMs, index) => index > 0 && !(atMs >= timesMs[index - 1]!));
    if (at >= 0) throw new RangeError(`${name} must rise, but ${name}[${at}] is ${timesMs[at]}`);
  }
  const unknown = arrived.find((beat) => beat >= sentMs.length);
  if (unknown !== undefined) throw new RangeError(`arrived has beat ${unknown} of ${sentMs.length} sent`);
}
