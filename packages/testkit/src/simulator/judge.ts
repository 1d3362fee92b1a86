import { Detector, type DetectorOptions, type Input, type Policy } from "@heartwire/core";

/** What the simulation uses of a {@link Detector}. */
export type Judge = Pick<
  Detector,
  "state" | "verdictMs" | "deadlineMs" | "hastened" | "confirmPhaseMs" | "handle"
>;

/** Makes a detector; broken ones show that the invariants can fail. */
export type JudgeFactory = (
  policy: Policy,
  options: DetectorOptions,
  nowMs: number,
  firstSeq: number,
) => Judge;

/** A detector of the core. */
export const realJudge: JudgeFactory = (...given) => new Detector(...given);

/** An input and what came of it, for a history. */
export function describe(input: Input, state: string, outputs: ReturnType<Judge["handle"]>): string {
  const what = input.type === "tick" || input.type === "opened" ? input.type : JSON.stringify(input);
  const results = outputs.map((output) =>
    JSON.stringify(output.type === "send" ? { send: output.heartbeat } : output.event),
  );
  return `${what} -> ${state}${results.length > 0 ? `: ${results.join(", ")}` : ""}`;
}
