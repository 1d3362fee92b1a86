/**
 * Checks one duration option.
 *
 * @throws RangeError naming the option and its value unless it is a number from `minMs` to `maxMs`.
 */
export function requireDurationMs(name: string, value: number, minMs: number, maxMs: number): void {
  if (typeof value !== "number" || Number.isNaN(value) || value < minMs || value > maxMs) {
    throw new RangeError(`${name} must be a number of milliseconds from ${minMs} to ${maxMs}, not ${value}`);
  }
}

/**
 * Checks one counting option.
 *
 * @throws RangeError naming the option and its value unless it is an integer from `min` to `max`.
 */
export function requireInteger(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be an integer from ${min} to ${max}, not ${value}`);
  }
}

/**
 * Checks one dimensionless option.
 *
 * @throws RangeError naming the option and its value unless it is a number from `min` to `max`.
 */
export function requireNumber(name: string, value: number, min: number, max: number): void {
  if (typeof value === "number" && value >= min && value <= max) return;
  throw new RangeError(`${name} must be a number from ${min} to ${max}, not ${value}`);
}
