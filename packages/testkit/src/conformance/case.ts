import { AssertionError } from "node:assert";
import { nextTurn, within } from "../within.js";
import type { LinkCapabilities, LinkFixture } from "./fixture.js";
import { Links, type Reactions } from "./links.js";

/** One rule of the contract, for any test runner. */
export interface ConformanceCase {
  /** The rule, as a sentence. */
  readonly name: string;
  /** Rejects when the rule is broken; see {@link linkConformance}. */
  run(): Promise<void>;
}

/** What is tested. */
export interface Subject {
  readonly setup: () => Promise<LinkFixture>;
  readonly capabilities: LinkCapabilities;
  readonly timeLimitMs: number;
  readonly quietMs: number;
}

/** Makes a case with a fixture and two ends, which `body` opens. Afterwards all is closed and disposed. */
export function linkCase(
  subject: Subject,
  name: string,
  body: (links: Links) => Promise<void>,
  reactions?: Reactions,
): ConformanceCase {
  return { name, run: () => runCase(subject, body, reactions) };
}

async function runCase(
  subject: Subject,
  body: (links: Links) => Promise<void>,
  reactions: Reactions | undefined,
): Promise<void> {
  const uncaught = watchUncaught();
  const problems: unknown[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problems.push(error);
    }
  };
  let violations: readonly string[] = [];
  await attempt(() =>
    withFixture(subject, async (fixture, deadlineMs) => {
      const links = new Links(fixture, subject.capabilities, subject.quietMs, deadlineMs, reactions);
      await attempt(() => body(links));
      for (const end of [links.near, links.far]) end.close();
      // What was on its way when the links were closed must not come through.
      await nextTurn();
      await nextTurn();
      for (const end of [links.near, links.far]) end.checkPayloads();
      violations = [links.near, links.far].flatMap((end) => end.violations);
    }),
  );
  await nextTurn();
  report([...uncaught.stop(), ...violations], problems);
}

/** Makes a fixture, hands it over together with the case's deadline, and disposes of it in any case. */
export async function withFixture(
  { setup, timeLimitMs }: Subject,
  use: (fixture: LinkFixture, deadlineMs: number) => Promise<void>,
): Promise<void> {
  const deadlineMs = performance.now() + timeLimitMs;
  const fixture = await within(setup(), timeLimitMs, "setup()");
  try {
    await use(fixture, deadlineMs);
  } finally {
    await within(fixture.dispose(), timeLimitMs, "dispose() of the fixture");
  }
}

/** A broken rule explains a wait in vain, so it comes first, and the wait is its cause. */
function report(violations: readonly string[], problems: readonly unknown[]): void {
  if (violations.length > 0) {
    const error = new AssertionError({ message: violations.slice(0, 10).join("\n") });
    if (problems.length > 0) error.cause = problems[0];
    throw error;
  }
  if (problems.length > 0) throw problems[0];
}

/** Notices exceptions that nobody catches, without changing what they do to the process. */
function watchUncaught(): { stop(): readonly string[] } {
  const uncaught: string[] = [];
  const watch = (error: Error): void => {
    uncaught.push(`uncaught: ${error?.stack ?? String(error)}`);
  };
  process.on("uncaughtExceptionMonitor", watch);
  return {
    stop() {
      process.off("uncaughtExceptionMonitor", watch);
      return uncaught;
    },
  };
}
