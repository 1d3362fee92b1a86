import { strict as assert } from "node:assert";
import { seededRandom } from "../seeded-random.js";
import { type ConformanceCase, linkCase, type Subject, withFixture } from "./case.js";
import { Links } from "./links.js";

/** The cases about how a link begins. */
export function openingCases(subject: Subject): readonly ConformanceCase[] {
  const cases = [
    linkCase(subject, "the listener is never called before open() has returned", async (links) => {
      // End records every earlier call as a violation; waiting makes sure that there are calls at all.
      await links.opened();
    }),
    linkCase(subject, "opened() comes first and exactly once at each end", async (links) => {
      await links.opened();
      await links.expectWorking();
      await links.quiet();
      for (const { name, listener } of [links.near, links.far]) {
        assert.equal(listener.calls[0]?.call, "opened", `first call at the ${name} end`);
        assert.equal(listener.count("opened"), 1, `opened() at the ${name} end`);
      }
    }),
    linkCase(
      subject,
      "send() in the turn of open() never throws, and the link opens all the same",
      async (links) => {
        links.openBoth();
        for (const [from] of links.directions()) from.send(links.sample(from.nextSeq()));
        await links.waitFor(links.near, (l) => l.count("opened") > 0, "the near end to be opened");
      },
    ),
    linkCase(
      subject,
      "hearing() is true while an open link reads, and never throws after close()",
      async (links) => {
        await links.opened();
        assert.deepEqual([links.near.hearing(), links.far.hearing()], [true, true]);
        links.near.close();
        links.near.hearing();
      },
    ),
    sideBySide(subject),
  ];
  return subject.capabilities.carries.length === 0 ? cases : [...cases, sendInOpened(subject)];
}

function sendInOpened(subject: Subject): ConformanceCase {
  return linkCase(
    subject,
    "send() within opened() never throws, and the link carries heartbeats afterwards",
    async (links) => {
      await links.opened();
      // The first may meet a far end that is not open yet; the next must arrive.
      await links.quiet();
      await links.expectWorking();
    },
    {
      near: (call, near) => {
        if (call.call === "opened") near.send({ kind: "probe", seq: near.nextSeq() });
      },
    },
  );
}

const SIDE_BY_SIDE_HEARTBEATS = 10;

/** Two fixtures in one process: what one sends, the other must not hear, and one's end is not the other's. */
function sideBySide(subject: Subject): ConformanceCase {
  return linkCase(subject, "two links side by side do not interfere", (first) =>
    withFixture(subject, async (fixture, deadlineMs) => {
      const second = new Links(fixture, subject.capabilities, subject.quietMs, deadlineMs);
      try {
        await Promise.all([first.opened(), second.opened()]);
        await Promise.all([exchange(first, 1), exchange(second, 2)]);
        first.near.close();
        first.far.close();
        await second.quiet();
        await second.expectWorking();
      } finally {
        second.near.close();
        second.far.close();
      }
      assert.deepEqual([...second.near.violations, ...second.far.violations], []);
    }),
  );
}

async function exchange(links: Links, seed: number): Promise<void> {
  const { carries, maxPayloadOctets } = links.capabilities;
  if (carries.length === 0) return;
  const random = seededRandom(seed);
  for (let count = 0; count < SIDE_BY_SIDE_HEARTBEATS; count++) {
    const payload = maxPayloadOctets > 0 ? random.octets(1 + random.below(maxPayloadOctets)) : undefined;
    for (const [from, to] of links.directions()) {
      await links.deliver(from, to, links.sample(from.nextSeq(), payload));
    }
  }
}
