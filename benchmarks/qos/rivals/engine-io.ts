import type { JudgeFactory } from "../judge.js";
import { DeadlineJudge } from "./deadline-judge.js";

/** As engine.io 6 ships: a ping every 25 s, and 20 s for the pong. */
export const ENGINE_IO_DEFAULTS = { pingIntervalMs: 25_000, pingTimeoutMs: 20_000 } as const;

/** Options of {@link engineIo}. */
export interface EngineIoOptions {
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
}

/**
 * engine.io (lib/socket.ts, version 6): a pong makes the next ping wait `pingInterval`, and that ping gives the pong
 * `pingTimeout`; so silence of pingInterval + pingTimeout ends the connection.
 */
export function engineIo({ pingIntervalMs, pingTimeoutMs }: EngineIoOptions): JudgeFactory {
  return () => new DeadlineJudge((_, nowMs) => nowMs + pingIntervalMs + pingTimeoutMs);
}
