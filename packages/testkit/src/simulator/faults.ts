import { sampleMs } from "./distribution.js";
import type { World } from "./host.js";
import type { KeyedRandom } from "./keyed-random.js";
import type { Recurring } from "./scenario.js";

/** So that faults without distance or length do not stop time. */
const LEAST_MS = 1;

/** What one kind of fault does; `lastingMs` is how long it will last. */
export interface FaultActions {
  begin(lastingMs: number): void;
  end(): void;
}

/**
 * Lets faults come and go for ever, at times that follow from `random` alone: whatever is watched by whatever policy
 * meets the same faults at the same times. Both times are at least 1 ms.
 */
export function recur(
  { every, lasting }: Recurring,
  random: KeyedRandom,
  world: World,
  faults: FaultActions,
): void {
  const next = (): void => {
    const waitMs = Math.max(LEAST_MS, sampleMs(every, random.next(), random.next()));
    const lastingMs = Math.max(LEAST_MS, sampleMs(lasting, random.next(), random.next()));
    const beginMs = world.nowMs + waitMs;
    world.schedule(beginMs, {
      happen: () => {
        faults.begin(lastingMs);
        world.schedule(beginMs + lastingMs, {
          happen: () => {
            faults.end();
            next();
          },
        });
      },
    });
  };
  next();
}
