import { type AdaptiveOptions, jacobson, nfdE, type Policy, phiAccrual } from "../../src/index.js";

/** Every adaptive policy, by what tests call it. */
export const ADAPTIVE = {
  "nfd-e": nfdE,
  "phi-accrual, normal": phiAccrual,
  "phi-accrual, exponential": (options: AdaptiveOptions) =>
    phiAccrual({ ...options, arrivals: "exponential" }),
  jacobson,
} satisfies Record<string, (options: AdaptiveOptions) => () => Policy>;

/** A standard normal variate (Box and Muller 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Gives a policy so many gaps. */
export function teach(policy: Policy, count: number, gapMs: (index: number) => number): void {
  for (let index = 0; index < count; index++) policy.observe?.(gapMs(index));
}
