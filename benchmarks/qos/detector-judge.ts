import { Detector, type DetectorOptions, type Output, type PolicyFactory } from "@heartwire/core";
import type { Arrival, Judge, JudgeFactory, Probing } from "./judge.js";

/**
 * The core's own {@link Detector} under a policy of ours, driven as package `heartwire` drives it: local stalls are
 * told before anybody is judged, and pending input is let in first. After a verdict the next link is opened: in mode
 * `listen` when the peer is heard again, otherwise at once; with a new policy, which has to learn anew.
 *
 * @param random for the jitter on sending
 */
export function detectorJudge(policy: PolicyFactory, random: () => number): JudgeFactory {
  const options: DetectorOptions = { proves: "process", random };
  return (startMs, network) => new DetectorJudge(policy, options, network, startMs);
}

class DetectorJudge implements Judge {
  trusts = false;
  #detector: Detector;
  #intervalMs = 0;

  constructor(
    private readonly policy: PolicyFactory,
    private readonly options: DetectorOptions,
    private readonly network: Probing,
    startMs: number,
  ) {
    this.#detector = this.#open(startMs);
  }

  get wakeMs(): number {
    return this.#detector.deadlineMs;
  }

  heard({ kind, seq }: Arrival, nowMs: number): void {
    if (this.#detector.state === "dead") this.#detector = this.#open(nowMs);
    const heartbeat =
      kind === "beat"
        ? ({ kind, seq, intervalMs: Math.ceil(this.#intervalMs) } as const)
        : ({ kind, seq } as const);
    this.#carryOut(this.#detector.handle({ type: "received", heartbeat }, nowMs), nowMs);
  }

  woke(nowMs: number): void {
    this.#carryOut(this.#detector.handle({ type: "tick" }, nowMs), nowMs);
    if (this.#detector.state === "dead" && this.policy().mode !== "listen")
      this.#detector = this.#open(nowMs);
  }

  stalled(stalledMs: number, nowMs: number): void {
    this.#carryOut(this.#detector.handle({ type: "stalled", stalledMs }, nowMs), nowMs);
  }

  #open(nowMs: number): Detector {
    const policy = this.policy();
    this.#intervalMs = policy.intervalMs;
    const detector = new Detector(policy, this.options, nowMs, Math.floor(nowMs) >>> 0);
    this.#carryOut(detector.handle({ type: "opened" }, nowMs), nowMs);
    return detector;
  }

  #carryOut(outputs: readonly Output[], nowMs: number): void {
    for (const output of outputs) {
      if (output.type === "send") {
        if (output.heartbeat.kind === "probe") this.network.probe(output.heartbeat.seq, nowMs);
      } else if (output.event.type === "alive") {
        this.trusts = true;
      } else if (output.event.type === "dead") {
        this.trusts = false;
      }
    }
  }
}
