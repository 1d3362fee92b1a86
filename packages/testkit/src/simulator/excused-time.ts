/** What the simulation itself says of stalls: not taken from the core, which it judges. */

/** Long stalls excuse all their time, short ones together no more than the silence that is death. */
export function excusedOf(stallsMs: readonly number[], deadAfterMs: number): number {
  const short = stallsMs.filter((each) => each < deadAfterMs);
  return longStallsMs(stallsMs, deadAfterMs) + Math.min(sum(short), deadAfterMs);
}

/** The time of those that are as long as the silence that is death. */
export function longStallsMs(stallsMs: readonly number[], deadAfterMs: number): number {
  return sum(stallsMs.filter((each) => each >= deadAfterMs));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
