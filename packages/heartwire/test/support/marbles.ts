import { type RunHelpers, TestScheduler } from "rxjs/testing";
import { expect } from "vitest";
import { MarbleTransport, STEPS, type Step } from "./marble-transport.js";

/** What a marble test works with. */
export interface Marbles extends RunHelpers {
  readonly scheduler: TestScheduler;
  /** Options for whatever takes them: virtual time, and beats and probes at exactly 75 % of the interval. */
  readonly virtual: { readonly scheduler: TestScheduler; readonly random: () => number };
  /** A transport whose links play these marbles, see {@link STEPS}. `reason` is what `#` closes with. */
  transport(script: string, reason?: unknown, extraSteps?: Readonly<Record<string, Step>>): MarbleTransport;
}

/**
 * Runs a marble test: one marble is one millisecond of virtual time. What `run` returns is called when all
 * of it has passed, to look at what is left.
 */
export function marbles(run: (helpers: Marbles) => (() => void) | undefined): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  const inspect = scheduler.run((helpers) =>
    run({
      ...helpers,
      scheduler,
      virtual: { scheduler, random: () => 0 },
      transport: (script, reason, extraSteps = {}) =>
        new MarbleTransport(helpers.cold<Step>(script, { ...STEPS, ...extraSteps }, reason), scheduler),
    }),
  );
  inspect?.();
}
