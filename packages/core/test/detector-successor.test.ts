// A monitor that called its peer dead by mistake opens a new link on the same path, where the peer's own
// detector lives on and remembers the numbers it has seen.
import { describe, expect, test } from "vitest";
import { answerOnly, Detector, fixedTimeout, type Heartbeat, type Output } from "../src/index.js";

const options = { proves: "process" } as const;
const sent = (outputs: readonly Output[]): Heartbeat[] =>
  outputs.flatMap((output) => (output.type === "send" ? [output.heartbeat] : []));

/** A peer that has heard a predecessor's first hundred probes. */
function experiencedPeer(): Detector {
  const peer = new Detector(answerOnly()(), options, 0);
  for (let seq = 0; seq < 100; seq++) {
    peer.handle({ type: "received", heartbeat: { kind: "probe", seq } }, 1000 * seq);
  }
  return peer;
}

function firstProbe(firstSeq: number): Heartbeat {
  const monitor = new Detector(fixedTimeout({ intervalMs: 1000 })(), options, 100_000, firstSeq);
  return sent(monitor.handle({ type: "opened" }, 100_000))[0]!;
}

describe("a new detector on an old path", () => {
  test("is answered when its numbers start at the clock", () => {
    const echo = sent(
      experiencedPeer().handle({ type: "received", heartbeat: firstProbe(100_000) }, 100_001),
    );
    expect(echo).toEqual([{ kind: "echo", seq: 100_000 }]);
  });

  test("would never be answered if they started at zero again", () => {
    const outputs = experiencedPeer().handle({ type: "received", heartbeat: firstProbe(0) }, 100_001);
    expect(sent(outputs)).toEqual([]);
    expect(outputs).toMatchObject([{ event: { type: "rejected", rejection: { kind: "stale" } } }]);
  });

  test("numbers its beats from there too", () => {
    const monitor = new Detector(answerOnly({ beatIntervalMs: 1000 })(), options, 7, 0xffff_ffff);
    expect(sent(monitor.handle({ type: "opened" }, 7))).toMatchObject([{ kind: "beat", seq: 0xffff_ffff }]);
    expect(sent(monitor.handle({ type: "tick" }, 1007))).toMatchObject([{ kind: "beat", seq: 0 }]);
  });
});

test.each([0, 256])(
  "a beat's payload of %i octets is a mistake of the application's, and said so",
  (length) => {
    const payload = () => new Uint8Array(length);
    const detector = new Detector(answerOnly({ beatIntervalMs: 1000 })(), { ...options, payload }, 0);
    expect(() => detector.handle({ type: "opened" }, 0)).toThrow(
      new RangeError(`payload must have 1 to 255 octets, not ${length}`),
    );
  },
);
