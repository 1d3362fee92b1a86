import { strict as assert } from "node:assert";
import type { ListenerCall } from "../listener-call.js";
import { pause } from "../within.js";
import { type ConformanceCase, linkCase, type Subject } from "./case.js";
import type { Links } from "./links.js";

/** The cases about close(): it releases everything, at any moment, and is the last word. */
export function releasingCases(subject: Subject): readonly ConformanceCase[] {
  const cases = [
    linkCase(subject, "close() in the turn of open() is the last word", async (links) => {
      links.openBoth();
      links.near.close();
      // End records every later call as a violation.
      await links.quiet();
    }),
    linkCase(subject, "close() is idempotent, and send() after it never throws", async (links) => {
      await links.opened();
      for (let count = 0; count < 3; count++) {
        links.near.close();
        links.near.send(links.sample(links.near.nextSeq()));
        links.near.send({ kind: "bye" });
        await links.quiet();
      }
    }),
    linkCase(subject, "nothing is called after close(), whatever the far end still does", afterClose),
    ...closeWithin(subject),
  ];
  return subject.capabilities.countsHandles ? [...cases, handles(subject)] : cases;
}

async function afterClose(links: Links): Promise<void> {
  await links.opened();
  const { far, near, fixture } = links;
  for (let count = 0; count < 3; count++) far.send(links.sample(far.nextSeq()));
  near.close();
  for (let count = 0; count < 3; count++) far.send(links.sample(far.nextSeq()));
  await links.quiet();
  // The path may have gone with the near end, so the fixture may find nothing to break any more.
  if (fixture.breakFar !== undefined) await links.hook("breakFar", fixture.breakFar);
  await links.quiet();
}

/** What makes each callback happen at the near end, as far as the capabilities allow. */
function triggers({
  capabilities,
}: Subject): readonly [ListenerCall["call"], (links: Links) => Promise<void>][] {
  const { carries, senders, probesAnsweredBy, brokenAs, endedAs } = capabilities;
  const all: [ListenerCall["call"], (links: Links) => Promise<void>][] = [["opened", async () => {}]];
  if (carries.includes("probe") && probesAnsweredBy === "link") {
    all.push(["received", async (links) => links.near.send({ kind: "probe", seq: links.near.nextSeq() })]);
  } else if (carries.length > 0 && senders === "both") {
    all.push(["received", async (links) => links.far.send(links.sample(links.far.nextSeq()))]);
  }
  if (capabilities.injectsFrames) {
    const octets = Uint8Array.of(0xff);
    all.push(["rejected", (links) => links.hook("injectFrame", () => links.fixture.injectFrame?.(octets))]);
  }
  if (capabilities.sharedWithApplication) {
    all.push(["active", (links) => links.hook("sendApplicationData", links.fixture.sendApplicationData)]);
  }
  if (brokenAs !== undefined && brokenAs.length > 0) {
    all.push(["closed", (links) => links.hook("breakFar", links.fixture.breakFar)]);
  } else if (endedAs !== undefined && endedAs.length > 0) {
    all.push(["closed", (links) => links.hook("endFar", links.fixture.endFar)]);
  }
  return all;
}

function closeWithin(subject: Subject): readonly ConformanceCase[] {
  return triggers(subject).map(([callback, trigger]) =>
    linkCase(
      subject,
      `close() within ${callback}() is the last word`,
      async (links) => {
        if (callback === "opened") links.openBoth();
        else await links.opened();
        await links.withTraffic(async () => {
          await trigger(links);
          await links.waitFor(links.near, (l) => l.count(callback) > 0, `${callback}() at the near end`);
        });
        if (callback === "received") links.far.send(links.sample(links.far.nextSeq()));
        await links.quiet();
        assert.equal(links.near.listener.count(callback), 1);
      },
      {
        near: (call, near) => {
          if (call.call !== callback) return;
          near.close();
          near.send({ kind: "probe", seq: near.nextSeq() });
        },
      },
    ),
  );
}

const HANDLES_CHECK_INTERVAL_MS = 10;

function handles(subject: Subject): ConformanceCase {
  return linkCase(subject, "close() releases every handle and every listener", async (links) => {
    const { fixture } = links;
    const count = (): number => fixture.openHandles?.() ?? Number.NaN;
    const before = count();
    await links.opened();
    await links.expectWorking();
    const open = count();
    assert.ok(open > before, `open links must hold something: ${before} before opening, ${open} when open`);
    links.near.close();
    links.far.close();
    // A closed socket is gone only some turns later, and nobody tells when.
    const attempts = Math.ceil(subject.timeLimitMs / 2 / HANDLES_CHECK_INTERVAL_MS);
    for (let attempt = 0; attempt < attempts && count() > before; attempt++)
      await pause(HANDLES_CHECK_INTERVAL_MS);
    assert.equal(count(), before, `handles left after close(), ${open} were open`);
  });
}
