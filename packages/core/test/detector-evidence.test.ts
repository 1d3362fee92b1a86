import { describe, expect, test } from "vitest";
import { Detector, fixedTimeout } from "../src/index.js";

const DEAD_AFTER_MS = 3000;

/** What becomes of a peer whose application chatters on while its heartbeats have stopped. */
function chattyPeer(evidence: "any" | "heartbeats" | undefined): string {
  const policy = fixedTimeout({ intervalMs: 1000, mode: "listen" })();
  const detector = new Detector(policy, { proves: "process", ...(evidence && { evidence }) }, 0);
  detector.handle({ type: "received", heartbeat: { kind: "beat", seq: 0, intervalMs: 1000 } }, 0);
  for (let nowMs = 100; nowMs <= DEAD_AFTER_MS + 100; nowMs += 100) {
    detector.handle({ type: "active" }, nowMs);
    detector.handle({ type: "tick" }, nowMs);
  }
  return detector.state;
}

describe("an application that chatters while its heartbeats have stopped", () => {
  test("is alive when any octet is evidence, which is the default", () => {
    expect(chattyPeer("any")).toBe("alive");
    expect(chattyPeer(undefined)).toBe("alive");
  });

  test("is dead when only heartbeats are", () => {
    expect(chattyPeer("heartbeats")).toBe("dead");
  });
});
