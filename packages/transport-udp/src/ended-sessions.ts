import type { FrameRejection } from "@heartwire/core";

/**
 * How long a frame that was overtaken by its own sender's `bye` is taken for a stray. Longer than networks
 * reorder; short, as the same hub may open a link to us anew after its `bye`, and is not heard until then.
 */
export const BYE_QUARANTINE_MS = 1000;

/** A session that was replaced at its address never comes back, so only the bound in number ends this. */
export const RESTART_QUARANTINE_MS = Number.POSITIVE_INFINITY;

/** Who was refused stays so: a process that mends its ways by being started anew has a new session. */
export const REFUSAL_QUARANTINE_MS = Number.POSITIVE_INFINITY;

/** How many ended sessions are remembered; the oldest gives way. About 150 octets each. */
const LIMIT = 1024;

/**
 * Sessions whose datagrams must not pass for new life: of a peer that said `bye`, that was restarted, or that was
 * refused. Bounded in number, without timers: an expired one is found out when it is asked for.
 */
export class EndedSessions {
  readonly #untilMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  remember(address: string, session: number, forMs: number): void {
    const key = keyOf(address, session);
    // Deleted first, so that it becomes the youngest.
    this.#untilMs.delete(key);
    this.#untilMs.set(key, this.#nowMs() + forMs);
    if (this.#untilMs.size <= LIMIT) return;
    for (const oldest of this.#untilMs.keys()) {
      this.#untilMs.delete(oldest);
      break;
    }
  }

  has(address: string, session: number): boolean {
    if (this.#untilMs.size === 0) return false;
    const key = keyOf(address, session);
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return false;
    if (this.#nowMs() < untilMs) return true;
    this.#untilMs.delete(key);
    return false;
  }
}

function keyOf(address: string, session: number): string {
  return `${address}#${session}`;
}

/** What becomes of a frame of an ended session, given as int32. */
export function endedSession(session: number): FrameRejection {
  return { kind: "ended-session", session: session >>> 0 };
}
