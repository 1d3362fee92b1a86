import { setTimeout as sleep } from "node:timers/promises";

/** Waits for something to become true, so that a stage works on a slow machine too. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(50);
}
