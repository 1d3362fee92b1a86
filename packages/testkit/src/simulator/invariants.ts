import { type Input, isFinal, type Output, type State, TRANSITIONS, type Trigger } from "@heartwire/core";

/** What must hold in every run, whatever the seed and the policy. */
export const INVARIANTS = {
  completeness:
    "a crashed peer is dead or left at the latest deadAfterMs after the last evidence of it was read, in time that the monitor ran, plus the lateness of timers and the drain; with group silence, two confirming phases more",
  "true-time":
    "a crashed peer is found, in true time, within twice deadAfterMs of the last evidence of it that was read, plus the stalls that are as long as deadAfterMs themselves, four of the longest so far, the drain and the lateness of timers, however much of the time the judge does not run",
  "no-verdict-from-stall":
    "nobody is called dead for silence before deadAfterMs without evidence, stalls of the judge's own process taken out (short ones up to deadAfterMs together), nor while evidence of it waits to be read",
  "group-silence":
    "where so many are suspect together that the judge suspects itself, the first of them is called dead only after the probes of another confirming phase were answered by nobody",
  demand: "in demand mode no probe is sent within 75 % of an interval of the last evidence, doubts apart",
  pace: "who was asked for a slower pace keeps to it from its next heartbeat on, jitter and doubts apart",
  refusal: "nobody is refused whose beats and probes came at the pace that was asked for",
  final: "after dead or left a detector says nothing and sends nothing, and stays what it is",
  evidence: "a peer becomes alive only while evidence of it is being read",
  transition: "states change only as the table of transitions has it for the input, and each change is told",
  deadline: "after a tick the next deadline lies in the future",
  traffic:
    "no end sends more than one heartbeat at opening, one per least jittered interval, two at each suspicion (at once, and the one planned when it ends), one per confirming interval while suspect, one at the totals of refusals that are told, and one echo per probe read",
  prediction:
    "frames and octets in each direction stay within predict() for the time watched, plus confirming probes, the heartbeats at opening, 1 % and six standard deviations",
} as const;

/** The name of an invariant. */
export type InvariantName = keyof typeof INVARIANTS;

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: InvariantName;
  /** Which peer; undefined where it concerns all of them. */
  readonly peer: number | undefined;
  /** True time. */
  readonly atMs: number;
  readonly detail: string;
  /** The last inputs and outputs of that peer's two ends, oldest first; see `historyOf`. */
  readonly history: readonly string[];
}

/** Thrown where an invariant breaks; what runs the simulation catches it. */
export class ViolationError extends Error {
  constructor(
    readonly invariant: InvariantName,
    readonly detail: string,
    readonly peer?: number,
  ) {
    super(`${invariant}: ${detail}`);
    this.name = "ViolationError";
  }
}

/** What an input may trigger. */
function triggersOf(input: Input): readonly Trigger[] {
  switch (input.type) {
    case "received":
      // A failure where it comes far above the pace that was asked for.
      return input.heartbeat.kind === "bye" ? ["farewell"] : ["evidence", "failure"];
    case "active":
      return ["evidence"];
    case "doubted":
      return ["doubt"];
    case "closed":
      return input.reason === undefined ? ["farewell"] : ["failure"];
    case "tick":
      return ["doubt", "expiry"];
    case "opened":
    case "rejected":
    case "reprieved":
    case "stalled":
    case "deaf":
      return [];
  }
}

/** What a detector did with one input. */
export interface Step {
  readonly input: Input;
  readonly before: State;
  readonly after: State;
  readonly outputs: readonly Output[];
}

/** Checks `final`, `transition` and `evidence`, and tells where one is broken. */
export function checkStep(
  { input, before, after, outputs }: Step,
  broken: (invariant: InvariantName, detail: string) => void,
): void {
  if (isFinal(before)) {
    if (after === before && outputs.length === 0) return;
    broken("final", `${before} became ${after} with ${outputs.length} outputs`);
  }
  const triggers = triggersOf(input);
  if (before !== after && !triggers.some((trigger) => TRANSITIONS[before][trigger] === after)) {
    broken("transition", `${before} became ${after} on "${input.type}"`);
  }
  let told: State | undefined;
  for (const output of outputs) {
    if (output.type === "send") continue;
    const { type } = output.event;
    if (type === "alive" || type === "suspect" || type === "dead" || type === "left") told = type;
  }
  if (told === "alive" && !triggers.includes("evidence")) broken("evidence", `told alive on "${input.type}"`);
  if (told !== (before === after ? undefined : after)) {
    broken("transition", `${before} became ${after}, and ${told ?? "nothing"} was told`);
  }
}
