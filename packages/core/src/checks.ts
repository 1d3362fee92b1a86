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

/**
 * Checks that an object of options is one, and that all of its fields are known: a wrong name would be silently ignored.
 *
 * @throws TypeError naming what is missing, or the unknown field, with the known one that it most resembles.
 */
export function requireFields(name: string, value: object | undefined, known: readonly string[]): void {
  if (typeof value !== "object" || value === null) throw new TypeError(`${name} is missing`);
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue;
    const likeIt = known.find((each) => isLike(each, field));
    const hint = likeIt === undefined ? `known: ${known.join(", ")}` : `did you mean ${likeIt}?`;
    throw new TypeError(`${name} has an unknown field "${field}": ${hint}`);
  }
}

/** One begins like the other, but for case: "loss" and "lossRate", "rtt" and "rttMs", "jitterMS" and "jitterMs". */
function isLike(known: string, field: string): boolean {
  const [a, b] = [known.toLowerCase(), field.toLowerCase()];
  return a.startsWith(b) || b.startsWith(a) || a.slice(0, 4) === b.slice(0, 4);
}
