export type { AdaptiveOptions } from "./adaptive-options.js";
export { RATE_TOLERANCE, REFUSAL_LIMIT } from "./allowance.js";
export * from "./answer-only.js";
export type { ArrivalModelName } from "./arrival-model.js";
export * from "./beat-ledger.js";
export * from "./cause.js";
export * from "./checks.js";
export * from "./codec.js";
export { type HeartbeatRequirements, type HeartbeatSettings, policyFor } from "./configurator.js";
export * from "./deadline-queue.js";
export * from "./detector.js";
export * from "./detector-options.js";
export * from "./event.js";
export type { MeasuredPath } from "./evidence-chance.js";
export { TELL_STALLS_EVERY_MS } from "./excuse.js";
export * from "./fixed-timeout.js";
export * from "./group-silence.js";
export * from "./heartbeat.js";
export type { JudgedPrediction } from "./heartbeat-bound.js";
export * from "./input.js";
export * from "./jacobson.js";
export * from "./keepalive-bound.js";
export { type FullKeepaliveSettings, keepaliveFor } from "./keepalive-configurator.js";
export * from "./keepalive-prediction.js";
export {
  KERNEL_TIMER_LATENESS,
  keepalivePeriodMs,
  type UnansweredProbes,
  unansweredProbes,
  wholeSecondsMs,
} from "./keepalive-timing.js";
export * from "./nfd-e.js";
export * from "./normal-tail.js";
export { MAX_OUTSTANDING_PROBES } from "./outstanding-probes.js";
export { JITTER_FLOOR } from "./pacing.js";
export * from "./phi-accrual.js";
export * from "./policy.js";
export * from "./prediction.js";
export * from "./probe-budget.js";
export * from "./rejection.js";
export {
  type Candidate,
  type Configuration,
  DEFAULT_DETECT_WITHIN_MS,
  DEFAULT_MISTAKES_PER_DAY,
  type Requirement,
  type Requirements,
} from "./requirements.js";
export { type RetransmissionConditions, retransmissionLimitMs } from "./retransmission.js";
export * from "./serial.js";
export * from "./timekeeper.js";
export * from "./timetable.js";
export * from "./transitions.js";
export * from "./transport.js";
export * from "./trust-kernel.js";
export * from "./wire-cost.js";
