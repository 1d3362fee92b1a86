import { badInputCases } from "./conformance/bad-input.js";
import { carryingCases } from "./conformance/carrying.js";
import type { ConformanceCase, Subject } from "./conformance/case.js";
import { checkCapabilities, declarationCases } from "./conformance/declaration.js";
import { endingCases } from "./conformance/ending.js";
import type { LinkCapabilities, LinkFixture } from "./conformance/fixture.js";
import { openingCases } from "./conformance/opening.js";
import { releasingCases } from "./conformance/releasing.js";

export type { ConformanceCase } from "./conformance/case.js";
export type { CloseKind, LinkCapabilities, LinkFixture } from "./conformance/fixture.js";

/**
 * The contract of `Transport`, `Link` and `LinkListener` as cases for any test runner:
 *
 * ```ts
 * for (const { name, run } of linkConformance(setup, capabilities)) test(name, run);
 * ```
 *
 * Every case makes its own fixture, so cases may run in any order; they may also run side by side, unless
 * `openHandles` counts for the whole process. A case rejects with an error that says what was awaited or
 * which rule of the contract was broken.
 *
 * @param setup makes the two ends of a fresh path; see {@link LinkFixture} for the order of opening.
 * @param capabilities what this transport can do; declared absence is asserted where it can be seen.
 * @throws RangeError or TypeError when the capabilities contradict themselves.
 */
export function linkConformance(
  setup: () => Promise<LinkFixture>,
  capabilities: LinkCapabilities,
): readonly ConformanceCase[] {
  checkCapabilities(capabilities);
  const subject: Subject = {
    setup,
    capabilities,
    timeLimitMs: capabilities.timeLimitMs ?? 3000,
    quietMs: capabilities.quietMs ?? 100,
  };
  return [
    ...declarationCases(subject),
    ...openingCases(subject),
    ...carryingCases(subject),
    ...badInputCases(subject),
    ...endingCases(subject),
    ...releasingCases(subject),
  ];
}
