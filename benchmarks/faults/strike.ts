import type { HostProcess, Instant } from "../lab/index.js";

/** When a fault struck, and, where it strikes processes one by one, when each of them. */
export interface Strike extends Instant {
  readonly ofEach?: ReadonlyMap<HostProcess, Instant>;
}

/** A strike at several processes: as a whole from the first of their instants to the last. */
export function strikeOf(ofEach: ReadonlyMap<HostProcess, Instant>): Strike {
  const instants = [...ofEach.values()];
  const fromMs = Math.min(...instants.map(({ atMs, uncertaintyMs }) => atMs - uncertaintyMs));
  const untilMs = Math.max(...instants.map(({ atMs, uncertaintyMs }) => atMs + uncertaintyMs));
  return { atMs: (fromMs + untilMs) / 2, uncertaintyMs: (untilMs - fromMs) / 2, ofEach };
}
