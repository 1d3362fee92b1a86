import type { LivenessEvent } from "heartwire";
import { describe, expect, test } from "vitest";
import { NOMINAL, subjects } from "../subjects/index.js";
import { verdictOfCause, verdictOfSocket } from "../subjects/verdict.js";

type DeathCause = Extract<LivenessEvent, { type: "dead" }>["cause"];

const errno = "ANY";
const CAUSES: readonly (readonly [DeathCause, "monitor" | "other-end"])[] = [
  [{ kind: "silence", deadAfterMs: 3000, missed: 3 }, "monitor"],
  [{ kind: "keepalive-timeout", errno }, "monitor"],
  [{ kind: "user-timeout", errno }, "monitor"],
  [{ kind: "unreachable", errno }, "monitor"],
  [{ kind: "ended", by: "local" }, "monitor"],
  [{ kind: "ended", by: "peer" }, "other-end"],
  [{ kind: "reset", errno }, "other-end"],
  [{ kind: "refused", errno }, "other-end"],
  [{ kind: "restarted", previousSession: 1, session: 2 }, "other-end"],
];

describe("whose verdict it was", () => {
  test.each(CAUSES)("%j: %s", (cause, by) => {
    expect(verdictOfCause(cause)).toBe(by);
  });

  test.each([
    ["ETIMEDOUT", "monitor"],
    ["read ETIMEDOUT", "monitor"],
    ["EHOSTUNREACH", "monitor"],
    ["read ECONNRESET", "other-end"],
    ["ended", "other-end"],
    ["closed", "other-end"],
  ])("a socket that says %s: %s", (cause, by) => {
    expect(verdictOfSocket(cause)).toBe(by);
  });

  test("a stall of ours is called death by other ends alone, and the prediction says so", () => {
    for (const { name, expectMistakes } of subjects) {
      const expected = expectMistakes({ kind: "harmless", by: "stall", forMs: 5000 }, NOMINAL, 10_000);
      if (expected.kind !== "share" || expected.most === 0) continue;
      expect(expected.by, name).toBe("other-end");
    }
  });
});
