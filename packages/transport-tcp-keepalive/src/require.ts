/** @throws TypeError with the option's name and value unless it is a function or absent. */
export function requireFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(`${name} must be a function, not ${String(value)}`);
}

/** @throws TypeError with the argument's name and value unless it is an object; `what`: which one was expected. */
export function requireObject(name: string, value: unknown, what: string): void {
  if (typeof value === "object" && value !== null) return;
  throw new TypeError(`${name} must be ${what}, not ${String(value)}`);
}
