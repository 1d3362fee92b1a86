import { requireInteger } from "./checks.js";

/** Options of {@link GroupSilence}. */
export interface GroupSilenceOptions {
  /** The share of the watched peers that must be silent together, above 0 to 1. Default 0.5. */
  readonly share?: number;
  /** And how many at least: two of three may well have died together. 2 or more; default 5. */
  readonly least?: number;
  /** Hears when many fall silent together, and how that ended. */
  readonly onEvent?: (event: GroupSilenceEvent) => void;
}

/** Many peers are silent in the same moment: rather ourselves, or our network, than all of them. */
export type GroupSilenceEvent =
  /** `silent` of `watched` peers are suspect as the first of them would be called dead: verdicts wait. */
  | { readonly type: "began"; readonly atMs: number; readonly silent: number; readonly watched: number }
  /** One of them was heard: the network is there. Those who stay silent now are judged one by one. */
  | { readonly type: "answered"; readonly atMs: number; readonly silentForMs: number }
  /** Nobody answered the probes of another confirming phase: all are called dead. */
  | { readonly type: "unanswered"; readonly atMs: number; readonly silent: number };

/** What a peer's watch remembers of the group's silence. */
export interface GroupMember {
  /** How many reprieves it was given in the silence that goes on; -1: it is not suspect. */
  reprieves: number;
}

/** Of {@link GroupMember.reprieves}. */
export const NOT_SUSPECT = -1;

const DEFAULT_SHARE = 0.5;
const DEFAULT_LEAST = 5;

/**
 * Suspects ourselves first: after the local health of Lifeguard (Dadgar, Phillips, Currey 2017), which doubts its
 * own network when many peers fall silent together. The first verdicts then wait for another confirming phase; if
 * anybody at all answers in it, the others get one more, since a network that comes back reaches them in turn.
 * Worst case: a death is told two confirming phases (twice `deadAfterMs - suspectAfterMs`) later.
 */
export class GroupSilence {
  readonly #share: number;
  readonly #least: number;
  readonly #tell: (event: GroupSilenceEvent) => void;
  #watched = 0;
  #suspects = 0;
  #state: "calm" | "silent" | "answered" | "unanswered" = "calm";
  /** When the state began. */
  #sinceMs = 0;

  /** @throws RangeError when an option cannot be, with its name and value. */
  constructor(options: GroupSilenceOptions) {
    const { share = DEFAULT_SHARE, least = DEFAULT_LEAST, onEvent } = options;
    if (!(share > 0 && share <= 1)) {
      throw new RangeError(`groupSilence.share must be above 0 and at most 1, not ${share}`);
    }
    requireInteger("groupSilence.least", least, 2, Number.MAX_SAFE_INTEGER);
    this.#share = share;
    this.#least = least;
    this.#tell = onEvent ?? (() => {});
  }

  joined(): void {
    this.#watched += 1;
  }

  /** A peer is watched no more, for whatever reason. */
  parted(member: GroupMember): void {
    this.#watched -= 1;
    if (member.reprieves !== NOT_SUSPECT) this.#calmed(member);
  }

  suspected(member: GroupMember): void {
    member.reprieves = 0;
    this.#suspects += 1;
  }

  /** A member is alive again, or for the first time, at `nowMs`. */
  answered(member: GroupMember, nowMs: number): void {
    if (member.reprieves === NOT_SUSPECT) return;
    if (member.reprieves > 0 && (this.#state === "silent" || this.#state === "unanswered")) {
      const silentForMs = nowMs - this.#sinceMs;
      this.#enter("answered", nowMs);
      this.#tell({ type: "answered", atMs: nowMs, silentForMs });
    }
    this.#calmed(member);
  }

  /**
   * Whether a suspect that would be called dead at `nowMs` is given another confirming phase.
   *
   * @param phaseMs how long that is
   */
  reprieves(member: GroupMember, nowMs: number, phaseMs: number): boolean {
    // The rest of a first phase and a whole second one: by then everybody has been judged.
    const isOver = this.#state !== "silent" && nowMs - this.#sinceMs > 2 * phaseMs;
    if (isOver) this.#enter("calm", nowMs);
    if (this.#state === "calm" && this.#isGroupSilent()) {
      this.#enter("silent", nowMs);
      this.#tell({ type: "began", atMs: nowMs, silent: this.#suspects, watched: this.#watched });
    }
    if (this.#state === "calm" || this.#state === "unanswered") return false;
    // One while nobody has answered, and a second since somebody did.
    const allowed = this.#state === "answered" ? 2 : 1;
    if (member.reprieves < allowed) {
      member.reprieves = allowed;
      return true;
    }
    if (this.#state === "silent") {
      this.#enter("unanswered", nowMs);
      this.#tell({ type: "unanswered", atMs: nowMs, silent: this.#suspects });
    }
    return false;
  }

  #isGroupSilent(): boolean {
    return this.#suspects >= this.#least && this.#suspects >= this.#share * this.#watched;
  }

  #enter(state: "calm" | "silent" | "answered" | "unanswered", nowMs: number): void {
    this.#state = state;
    this.#sinceMs = nowMs;
  }

  #calmed(member: GroupMember): void {
    member.reprieves = NOT_SUSPECT;
    this.#suspects -= 1;
    if (this.#suspects === 0) this.#state = "calm";
  }
}
