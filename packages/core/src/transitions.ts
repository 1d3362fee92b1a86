/** What a detector thinks of its peer. */
export type State = "pending" | "alive" | "suspect" | "dead" | "left";

/** What moves it. */
export type Trigger =
  /** Anything heard from the peer. */
  | "evidence"
  /** Silence for the policy's `suspectAfterMs`. */
  | "doubt"
  /** Silence for the policy's `deadAfterMs`. */
  | "expiry"
  /** The link closed with a reason. */
  | "failure"
  /** A `bye`, or an orderly end of the link. */
  | "farewell";

/**
 * The whole state machine. `pending`: opened, nothing heard yet. A peer may go from `pending` or `alive`
 * straight to `dead`. `dead` and `left` are final: only a new link can show life again.
 */
export const TRANSITIONS: Readonly<Record<State, Readonly<Record<Trigger, State>>>> = {
  pending: { evidence: "alive", doubt: "suspect", expiry: "dead", failure: "dead", farewell: "left" },
  alive: { evidence: "alive", doubt: "suspect", expiry: "dead", failure: "dead", farewell: "left" },
  suspect: { evidence: "alive", doubt: "suspect", expiry: "dead", failure: "dead", farewell: "left" },
  dead: { evidence: "dead", doubt: "dead", expiry: "dead", failure: "dead", farewell: "dead" },
  left: { evidence: "left", doubt: "left", expiry: "left", failure: "left", farewell: "left" },
};

/** True of a state that nothing leaves. */
export function isFinal(state: State): boolean {
  return state === "dead" || state === "left";
}
