let healthy = true;

/** The health check of the application that this end plays: what `respond` is given. */
export function isHealthy(): boolean {
  return healthy;
}

/** Makes the application ill, or well again. */
export function setHealthy(value: boolean): void {
  healthy = value;
}
