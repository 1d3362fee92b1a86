import {
  type GroupMember,
  GroupSilence,
  type GroupSilenceOptions,
  type LivenessEvent,
  NOT_SUSPECT,
} from "@heartwire/core";
import { EPSILON_MS } from "./rule.js";

/** Makes the group that decides; a broken one shows that the invariant can fail. */
export type GroupFactory = (options: GroupSilenceOptions) => GroupSilence;

/** A peer's part in the group. */
export interface Companion {
  /** Whether its verdict, due now, waits for another phase. */
  isReprieved(nowMs: number, phaseMs: number): boolean;
  told(event: LivenessEvent, nowMs: number): void;
  /** What is wrong with a verdict after so much silence, if anything. */
  verdict(nowMs: number, beyondDeadlineMs: number, phaseMs: number): string | undefined;
  parted(): void;
}

/**
 * The core's group silence at work in a simulated process, and beside it a count of its own: where many are silent
 * together, the first verdict waits until the probes of one more phase were answered by nobody.
 */
export class GroupWitness {
  readonly #share: number;
  readonly #least: number;
  readonly #group: GroupSilence;
  #joined = 0;
  #watched = 0;
  #suspects = 0;
  #lastDeathMs = Number.NEGATIVE_INFINITY;

  constructor(
    { share, least }: Required<Pick<GroupSilenceOptions, "share" | "least">>,
    make: GroupFactory = (options) => new GroupSilence(options),
  ) {
    this.#share = share;
    this.#least = least;
    this.#group = make({ share, least });
  }

  joins(): Companion {
    // Each on a machine of its own.
    const member: GroupMember = { reprieves: NOT_SUSPECT, host: `host ${this.#joined++}` };
    let isSuspect = false;
    this.#watched += 1;
    this.#group.joined();
    const calm = () => {
      if (isSuspect) this.#suspects -= 1;
      isSuspect = false;
    };
    return {
      isReprieved: (nowMs, phaseMs) => this.#group.judge(member, nowMs, phaseMs).reprieved,
      told: ({ type }, nowMs) => {
        if (type === "suspect") {
          this.#group.suspected(member);
          this.#suspects += 1;
          isSuspect = true;
        } else if (type === "alive") {
          this.#group.answered(member, nowMs);
          calm();
        }
      },
      verdict: (nowMs, beyondDeadlineMs, phaseMs) => this.#verdict(nowMs, beyondDeadlineMs, phaseMs),
      parted: () => {
        this.#group.parted(member);
        this.#watched -= 1;
        calm();
      },
    };
  }

  #verdict(nowMs: number, beyondDeadlineMs: number, phaseMs: number): string | undefined {
    const together = this.#suspects >= this.#least && this.#suspects >= this.#share * this.#watched;
    // Once nobody answered, or somebody did, the others are judged one by one.
    const isFirst = nowMs - this.#lastDeathMs > 2 * phaseMs;
    this.#lastDeathMs = nowMs;
    if (!together || !isFirst || beyondDeadlineMs >= phaseMs - EPSILON_MS) return undefined;
    return `the first of ${this.#suspects} silent together, of ${this.#watched}, was called dead after ${beyondDeadlineMs} ms of another phase of ${phaseMs}`;
  }
}
