import { requireInteger } from "@heartwire/core";

/** Checks an option that must be a whole number within bounds. */
export function integerOption(
  name: string,
  value: number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  requireInteger(name, value, min, max);
  return value;
}

/** The longest delay that a Node timer can wait; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Checks an option that is a time limit: above zero, short enough for a timer, or Infinity for no limit. */
export function timeLimitOption(name: string, value: number): number {
  if (value === Number.POSITIVE_INFINITY || (value > 0 && value <= MAX_TIMER_MS)) return value;
  throw new RangeError(
    `${name} must be above 0 and at most ${MAX_TIMER_MS}, or Infinity, not ${String(value)}`,
  );
}
