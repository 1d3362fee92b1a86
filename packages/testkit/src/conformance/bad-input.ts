import { strict as assert } from "node:assert";
import { seededRandom } from "../seeded-random.js";
import { nextTurn } from "../within.js";
import { type BadFrame, badFrames, garbageFrames } from "./bad-frames.js";
import { type ConformanceCase, linkCase, type Subject } from "./case.js";
import type { Links } from "./links.js";

/** So many bad frames go between two good ones: a peer that sends nothing else may be cut off. */
const BETWEEN_GOOD = 5;
const GARBAGE_FRAMES = 300;
const GARBAGE_MESSAGES = 100;
const LONGEST_MESSAGE = 2048;
const STREAM_CLOSES_AS: readonly string[] = ["protocol", "ended", "reset"];

/** The cases about octets that are no heartbeat: counted, dropped, and no harm to the next. */
export function badInputCases(subject: Subject): readonly ConformanceCase[] {
  const { injectsFrames, injectsWire } = subject.capabilities;
  const cases: ConformanceCase[] = [];
  if (injectsFrames) {
    cases.push(
      linkCase(subject, "every malformed frame is rejected, and the link goes on working", (links) =>
        expectRejected(links, badFrames()),
      ),
      linkCase(
        subject,
        `${GARBAGE_FRAMES} random frames are rejected, and nothing is made of them`,
        (links) => expectRejected(links, garbageFrames(1, GARBAGE_FRAMES)),
      ),
    );
  }
  if (injectsWire === "message") cases.push(garbageMessages(subject));
  if (injectsWire === "stream") cases.push(garbageStreams(subject));
  return cases;
}

async function expectRejected(links: Links, frames: readonly BadFrame[]): Promise<void> {
  await links.opened();
  const { listener } = links.near;
  const active = listener.count("active");
  for (const [index, { why, octets }] of frames.entries()) {
    await links.hook("injectFrame", () => links.fixture.injectFrame?.(octets));
    await links.waitFor(links.near, (l) => l.rejections.length > index, `the near end to reject ${why}`);
    const { kind } = listener.rejections[index]!;
    assert.ok(kind === "malformed" || kind === "oversized", `${why} was rejected as ${kind}`);
    if (index % BETWEEN_GOOD === 0) await links.expectWorking();
  }
  await links.quiet();
  assert.equal(listener.rejections.length, frames.length, "each bad frame is rejected once");
  assert.equal(listener.count("active"), active, "a rejected frame is no evidence of life");
  await links.expectWorking();
}

function garbageMessages(subject: Subject): ConformanceCase {
  return linkCase(subject, "garbage on the wire makes no heartbeat and no harm", async (links) => {
    await links.opened();
    const random = seededRandom(2);
    for (let count = 0; count < GARBAGE_MESSAGES; count++) {
      const octets = random.octets(1 + random.below(count % 2 === 0 ? 32 : LONGEST_MESSAGE));
      await links.hook("injectWire", () => links.fixture.injectWire?.(octets));
      // Whatever arrives that was not sent makes this fail, for it counts what arrives.
      if (count % BETWEEN_GOOD === 0) await links.expectWorking();
    }
    await nextTurn();
    await links.expectWorking();
  });
}

function garbageStreams(subject: Subject): ConformanceCase {
  return linkCase(
    subject,
    "garbage in the stream never throws and ends the link, if at all, by type",
    async (links) => {
      await links.opened();
      const { near } = links;
      const random = seededRandom(3);
      for (let count = 0; count < GARBAGE_MESSAGES && near.listener.count("closed") === 0; count++) {
        const octets = random.octets(1 + random.below(LONGEST_MESSAGE));
        await links.hook("injectWire", () => links.fixture.injectWire?.(octets));
        near.send(links.sample(near.nextSeq()));
        await nextTurn();
      }
      await links.quiet();
      const closed = near.listener.calls.find((call) => call.call === "closed");
      if (closed === undefined) return;
      const kind = closed.reason?.kind ?? "orderly";
      assert.ok(STREAM_CLOSES_AS.includes(kind), `closed as ${kind}, not ${STREAM_CLOSES_AS.join(" or ")}`);
    },
  );
}
