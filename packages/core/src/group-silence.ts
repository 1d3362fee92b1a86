import { requireInteger } from "./checks.js";
import type { LivenessEvent } from "./event.js";

/** Options of {@link GroupSilence}: how many must be silent together, that we rather suspect ourselves. */
export interface GroupSilenceOptions {
  /** The share of the watched peers, above 0 to 1. Default 0.5. */
  readonly share?: number;
  /** How many peers at least: two of three may well have died together. 2 or more; default 5. */
  readonly least?: number;
  /**
   * On how many hosts at least, going by their addresses: whoever shares a machine dies with it. 1 or more; default 3.
   * Behind one proxy all peers have one address: take 1 there.
   */
  readonly leastHosts?: number;
}

/** Many peers are silent in the same moment: rather ourselves, or our network, than all of them. */
export type GroupSilenceEvent =
  /** `silent` of `watched` peers are suspect as the first of them would be called dead: verdicts wait. */
  | {
      readonly type: "group-silent";
      readonly atMs: number;
      readonly silent: number;
      readonly watched: number;
    }
  /** Somebody was heard: the network is there. Those who stay silent now are judged one by one. */
  | { readonly type: "group-answered"; readonly atMs: number; readonly silentForMs: number }
  /** Nobody answered the probes of another confirming phase: `silent` peers are called dead now. */
  | { readonly type: "group-unanswered"; readonly atMs: number; readonly silent: number };

/** Tells what concerns the group from what concerns the one peer. */
export function isGroupSilence(event: LivenessEvent | GroupSilenceEvent): event is GroupSilenceEvent {
  return event.type.startsWith("group-");
}

/** What a peer's watch remembers of the group's silence. */
export interface GroupMember {
  /** How many reprieves it was given in the silence that goes on; -1: it is not suspect. */
  reprieves: number;
  /** What it has in common with the peers that would die with it. */
  readonly host: string;
}

/** Of {@link GroupMember.reprieves}. */
export const NOT_SUSPECT = -1;

/** What becomes of a suspect whose time is up, and what there is to tell before. */
export interface GroupVerdict {
  readonly reprieved: boolean;
  readonly event?: GroupSilenceEvent;
}

const DIES: GroupVerdict = Object.freeze({ reprieved: false });
const WAITS: GroupVerdict = Object.freeze({ reprieved: true });

const DEFAULT_SHARE = 0.5;
const DEFAULT_LEAST = 5;
const DEFAULT_LEAST_HOSTS = 3;

/** One while nobody has answered, and a second since somebody did. */
const MOST_REPRIEVES = 2;

/**
 * Suspects ourselves first: after the local health of Lifeguard (Dadgar, Phillips, Currey 2017), which doubts its
 * own network when many peers fall silent together. The first verdicts then wait for another confirming phase; if
 * anybody at all is heard in it, the others get one more, since a network that comes back reaches them in turn.
 *
 * In the same moment means: all are in doubt as the first of them would be called dead, so their silence began within
 * one confirming phase. Where that is shorter than the interval, as of a detect multiplier below 2.25, some of a group
 * are not yet in doubt then.
 *
 * Worst case: a death is told two confirming phases (twice `deadAfterMs - suspectAfterMs`) later; with a fixed timeout's
 * defaults, after twice `deadAfterMs`. Constant time per call.
 */
export class GroupSilence {
  readonly #share: number;
  readonly #least: number;
  readonly #leastHosts: number;
  readonly #suspectsOfHost = new Map<string, number>();
  #watched = 0;
  #suspects = 0;
  #state: "calm" | "silent" | "answered" | "unanswered" = "calm";
  /** When the state began. */
  #sinceMs = 0;

  /** @throws RangeError when an option cannot be, with its name and value. */
  constructor(options: GroupSilenceOptions = {}) {
    const { share = DEFAULT_SHARE, least = DEFAULT_LEAST, leastHosts = DEFAULT_LEAST_HOSTS } = options;
    if (!(share > 0 && share <= 1)) {
      throw new RangeError(`groupSilence.share must be above 0 and at most 1, not ${share}`);
    }
    requireInteger("groupSilence.least", least, 2, Number.MAX_SAFE_INTEGER);
    requireInteger("groupSilence.leastHosts", leastHosts, 1, Number.MAX_SAFE_INTEGER);
    this.#share = share;
    this.#least = least;
    this.#leastHosts = leastHosts;
  }

  joined(): void {
    this.#watched += 1;
  }

  /** A peer is watched no more, for whatever reason. */
  parted(member: GroupMember): void {
    this.#watched -= 1;
    this.#calmed(member);
  }

  suspected(member: GroupMember): void {
    member.reprieves = 0;
    this.#suspects += 1;
    this.#suspectsOfHost.set(member.host, (this.#suspectsOfHost.get(member.host) ?? 0) + 1);
  }

  /** A member is alive at `nowMs`, again or for the first time: whoever it is, the network brought it. */
  answered(member: GroupMember, nowMs: number): GroupSilenceEvent | undefined {
    let event: GroupSilenceEvent | undefined;
    if (this.#state === "silent" || this.#state === "unanswered") {
      event = { type: "group-answered", atMs: nowMs, silentForMs: nowMs - this.#sinceMs };
      this.#enter("answered", nowMs);
    }
    this.#calmed(member);
    return event;
  }

  /**
   * Whether a suspect that would be called dead at `nowMs` is given another confirming phase.
   *
   * @param phaseMs how long that is
   */
  judge(member: GroupMember, nowMs: number, phaseMs: number): GroupVerdict {
    // The rest of a first phase and a whole second one: by then everybody has been judged.
    const isOver = this.#state !== "silent" && nowMs - this.#sinceMs > MOST_REPRIEVES * phaseMs;
    if (isOver) this.#enter("calm", nowMs);
    if (this.#state === "calm" && member.reprieves === 0 && this.#isGroupSilent()) {
      this.#enter("silent", nowMs);
      member.reprieves = 1;
      const [silent, watched] = [this.#suspects, this.#watched];
      return { reprieved: true, event: { type: "group-silent", atMs: nowMs, silent, watched } };
    }
    if (this.#state === "calm" || this.#state === "unanswered") return DIES;
    const allowed = this.#state === "answered" ? MOST_REPRIEVES : 1;
    if (member.reprieves < allowed) {
      // Who is judged for the first time after somebody answered has had a phase more already, and gets one, not two.
      member.reprieves = allowed;
      return WAITS;
    }
    if (this.#state === "answered") return DIES;
    this.#enter("unanswered", nowMs);
    return {
      reprieved: false,
      event: { type: "group-unanswered", atMs: nowMs, silent: this.#suspects },
    };
  }

  #isGroupSilent(): boolean {
    return (
      this.#suspects >= this.#least &&
      this.#suspects >= this.#share * this.#watched &&
      this.#suspectsOfHost.size >= this.#leastHosts
    );
  }

  #enter(state: "calm" | "silent" | "answered" | "unanswered", nowMs: number): void {
    this.#state = state;
    this.#sinceMs = nowMs;
  }

  /** Harmless for one that is not suspect. */
  #calmed(member: GroupMember): void {
    if (member.reprieves === NOT_SUSPECT) return;
    member.reprieves = NOT_SUSPECT;
    this.#suspects -= 1;
    const left = this.#suspectsOfHost.get(member.host)! - 1;
    if (left > 0) this.#suspectsOfHost.set(member.host, left);
    else this.#suspectsOfHost.delete(member.host);
    if (this.#suspects === 0) this.#state = "calm";
  }
}
