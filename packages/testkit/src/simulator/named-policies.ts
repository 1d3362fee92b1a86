import {
  fixedTimeout,
  jacobson,
  nfdE,
  type PolicyFactory,
  type PolicyMode,
  phiAccrual,
} from "@heartwire/core";

/** What a policy of {@link NAMED_POLICIES} is made from. */
export interface NamedPolicyOptions {
  readonly intervalMs: number;
  readonly mode: PolicyMode;
}

/** The core's policies at their defaults, by the names that the command `hunt` knows them by. */
export const NAMED_POLICIES: Readonly<Record<string, (options: NamedPolicyOptions) => PolicyFactory>> = {
  "fixed-timeout": fixedTimeout,
  "fixed-timeout-unconfirmed": (options) =>
    fixedTimeout({ ...options, confirmIntervalMs: Number.POSITIVE_INFINITY }),
  "nfd-e": nfdE,
  "phi-accrual": phiAccrual,
  "phi-accrual-exponential": (options) => phiAccrual({ ...options, arrivals: "exponential" }),
  jacobson,
};

/** @throws RangeError naming the policies there are. */
export function namedPolicy(name: string, options: NamedPolicyOptions): PolicyFactory {
  const make = NAMED_POLICIES[name];
  if (make === undefined) {
    throw new RangeError(`policy must be one of ${Object.keys(NAMED_POLICIES).join(", ")}, not ${name}`);
  }
  return make(options);
}
