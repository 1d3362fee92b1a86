import type { JudgeFactory } from "../judge.js";
import { DeadlineJudge } from "./deadline-judge.js";

/**
 * The loop that most programs write: `setTimeout`, cleared and set again by every heartbeat (as the client of the
 * README of `ws` does). Dead after `timeoutMs` of silence.
 */
export function plainTimeout({ timeoutMs }: { readonly timeoutMs: number }): JudgeFactory {
  return () => new DeadlineJudge((_, nowMs) => nowMs + timeoutMs);
}
