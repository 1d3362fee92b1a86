import { strict as assert } from "node:assert";
import type { Heartbeat } from "@heartwire/core";
import { seededRandom } from "../seeded-random.js";
import { nextTurn } from "../within.js";
import { type ConformanceCase, linkCase, type Subject } from "./case.js";
import type { Links } from "./links.js";

const BURST = 200;

/** The cases about many heartbeats in a row. */
export function manyCases(subject: Subject): readonly ConformanceCase[] {
  return [burstInOneTurn(subject), oneAfterTheOther(subject)];
}

/** Random payloads, so that a heartbeat that is mixed up with another is found. */
function manyHeartbeats(links: Links): readonly Heartbeat[] {
  const random = seededRandom(BURST);
  const { maxPayloadOctets } = links.capabilities;
  return Array.from({ length: BURST }, () => {
    const octets = random.below(Math.min(maxPayloadOctets, 20) + 1);
    return links.sample(links.near.nextSeq(), octets === 0 ? undefined : random.octets(octets));
  });
}

/** Asserts that what arrived was sent, once, and in order where order is declared. */
function assertArrived(links: Links, sent: readonly Heartbeat[], atLeast: number): void {
  const { at, kind } = links.expectation(links.near, links.far, sent[0]!);
  const expected = sent.map((each) => links.expectation(links.near, links.far, each).text);
  const arrived = at.arrived(kind);
  const position = new Map(expected.map((text, index) => [text, index]));
  const positions = arrived.map(
    (text) => position.get(text) ?? assert.fail(`never sent, or corrupted: ${text}`),
  );
  assert.equal(new Set(positions).size, positions.length, "a heartbeat arrived twice");
  assert.ok(
    arrived.length >= atLeast,
    `${arrived.length} of ${sent.length} arrived, at least ${atLeast} must`,
  );
  if (links.capabilities.order === "kept") {
    assert.deepEqual(
      positions,
      [...positions].sort((a, b) => a - b),
      "order of arrival",
    );
  }
}

function burstInOneTurn(subject: Subject): ConformanceCase {
  const { burst, delivery } = subject.capabilities;
  const atLeast = burst === "some" ? 1 : delivery === "reliable" ? BURST : BURST / 2;
  const what = burst === "all" && delivery === "reliable" ? "all" : "some";
  return linkCase(
    subject,
    `of ${BURST} heartbeats sent in one turn ${what} arrive, none corrupted`,
    async (links) => {
      await links.opened();
      const sent = manyHeartbeats(links);
      for (const heartbeat of sent) links.near.send(heartbeat);
      await awaitArrivals(links, sent, atLeast);
      await links.quiet();
      assertArrived(links, sent, atLeast);
      await links.expectWorking();
    },
  );
}

function oneAfterTheOther(subject: Subject): ConformanceCase {
  const reliable = subject.capabilities.delivery === "reliable";
  const atLeast = reliable ? BURST : BURST / 2;
  const name = `of ${BURST} heartbeats sent one after the other ${reliable ? "all" : "most"} arrive`;
  return linkCase(subject, name, async (links) => {
    await links.opened();
    const sent = manyHeartbeats(links);
    for (const heartbeat of sent) {
      if (reliable) await links.deliver(links.near, links.far, heartbeat);
      else links.near.send(heartbeat);
      await nextTurn();
    }
    await awaitArrivals(links, sent, atLeast);
    assertArrived(links, sent, atLeast);
  });
}

function awaitArrivals(links: Links, sent: readonly Heartbeat[], atLeast: number): Promise<void> {
  const { at, kind } = links.expectation(links.near, links.far, sent[0]!);
  const what = `${atLeast} of ${sent.length} heartbeats at the ${at.name} end`;
  return links.waitFor(at, () => at.arrived(kind).length >= atLeast, what);
}
