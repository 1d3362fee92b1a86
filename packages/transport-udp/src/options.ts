/** Throws what a wrong option deserves: its name, what it must be, and the value that was given. */
export function requireInteger(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, not ${describe(value)}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
  }
}

export function requireText(name: string, value: unknown): void {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`${name} must be a string that is not empty, not ${describe(value)}`);
  }
}

export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw new TypeError(`${name} must be a function, not ${describe(value)}`);
}

export function requireSocketType(value: unknown): void {
  if (value !== "udp4" && value !== "udp6") {
    throw new TypeError(`type must be "udp4" or "udp6", not ${describe(value)}`);
  }
}

function describe(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
