import { strict as assert } from "node:assert";
import type { Heartbeat, Probe } from "@heartwire/core";
import { seededRandom } from "../seeded-random.js";
import { type ConformanceCase, linkCase, type Subject } from "./case.js";
import type { End } from "./end.js";
import type { Links } from "./links.js";
import { manyCases } from "./many.js";

const KINDS = ["beat", "probe", "echo", "bye"] as const;
/** Ascending in serial arithmetic (RFC 1982) even from the last to the first, so never stale in any order. */
const SEQS = [0, 1, 2 ** 31, 2 ** 32 - 1];
const INTERVALS_MS = [0, 2 ** 32 - 1];

/** The cases about what the link carries, and what it must not. */
export function carryingCases(subject: Subject): readonly ConformanceCase[] {
  const { carries, probesAnsweredBy, maxPayloadOctets } = subject.capabilities;
  const cases: ConformanceCase[] = [];
  if (carries.includes("beat")) cases.push(beatsArrive(subject));
  if (carries.includes("probe")) {
    cases.push(
      probesAnsweredBy === "listener" ? probesReachTheListener(subject) : probesAnsweredByLink(subject),
    );
  }
  if (carries.includes("bye")) cases.push(byeArrives(subject), byeBeforeClose(subject));
  for (const kind of KINDS) if (!carries.includes(kind)) cases.push(kindIsDropped(subject, kind));
  if (carries.length > 0) cases.push(...manyCases(subject), impossible(subject));
  if (carries.length > 0 && maxPayloadOctets < 255) cases.push(longPayloadIsDropped(subject));
  return cases;
}

/** No payload, the shortest and the longest. */
function payloads({ capabilities }: Links): readonly (Uint8Array | undefined)[] {
  const { maxPayloadOctets } = capabilities;
  if (maxPayloadOctets === 0) return [undefined];
  return [undefined, Uint8Array.of(0), seededRandom(maxPayloadOctets).octets(maxPayloadOctets)];
}

function withPayload<Shape extends object>(shape: Shape, payload: Uint8Array | undefined): Shape {
  return payload === undefined ? shape : { ...shape, payload };
}

/** Also what asks for a slower pace, which nothing may lose on the way. */
const LIMITS_MS = [1, 2 ** 32 - 1];

function beats(links: Links): readonly Heartbeat[] {
  const plain = payloads(links).flatMap((payload) =>
    INTERVALS_MS.flatMap((intervalMs) =>
      SEQS.map((seq) => withPayload({ kind: "beat" as const, seq, intervalMs }, payload)),
    ),
  );
  return [...plain, ...LIMITS_MS.map((minReceiveMs, seq) => ({ ...plain[0]!, seq, minReceiveMs }))];
}

function probes(links: Links): readonly Probe[] {
  const plain = payloads(links).flatMap((payload) =>
    SEQS.map((seq) => withPayload({ kind: "probe" as const, seq }, payload)),
  );
  // Where the link itself answers, nobody at the peer's end would learn of the limit.
  if (links.capabilities.probesAnsweredBy === "link") return plain;
  return [...plain, ...LIMITS_MS.map((minReceiveMs, seq) => ({ kind: "probe" as const, seq, minReceiveMs }))];
}

function beatsArrive(subject: Subject): ConformanceCase {
  return linkCase(subject, "every beat arrives as it was sent, to the last bit", async (links) => {
    await links.opened();
    for (const [from, to] of links.directions()) {
      for (const beat of beats(links)) await links.deliver(from, to, beat);
    }
  });
}

/** Answers every probe within received(), as a responder does. */
function answer(call: { readonly call: string; readonly heartbeat?: Heartbeat }, end: End): void {
  if (call.call === "received" && call.heartbeat?.kind === "probe") {
    end.send({ ...call.heartbeat, kind: "echo" });
  }
}

function probesReachTheListener(subject: Subject): ConformanceCase {
  const name = "every probe arrives, and its echo sent within received() comes back, to the last bit";
  const exchange = async (links: Links): Promise<void> => {
    await links.opened();
    for (const [from, to] of links.directions()) {
      for (const probe of probes(links)) {
        const echoes = from.arrived("echo").length;
        await links.deliver(from, to, probe);
        if (!subject.capabilities.carries.includes("echo")) continue;
        const { text } = links.expectation(to, from, { ...probe, kind: "echo" });
        await links.waitFor(
          from,
          () => from.arrived("echo").length > echoes,
          `the ${from.name} end to receive ${text}`,
        );
        assert.deepEqual(from.arrived("echo").slice(echoes), [text]);
      }
    }
  };
  return linkCase(subject, name, exchange, { near: answer, far: answer });
}

function probesAnsweredByLink(subject: Subject): ConformanceCase {
  return linkCase(subject, "every probe is answered by the peer's link, to the last bit", async (links) => {
    await links.opened();
    for (const [from, to] of links.directions()) {
      for (const probe of probes(links)) await links.deliver(from, to, probe);
    }
  });
}

function byeArrives(subject: Subject): ConformanceCase {
  return linkCase(subject, "bye arrives, each way", async (links) => {
    await links.opened();
    for (const [from, to] of links.directions()) await links.deliver(from, to, { kind: "bye" });
  });
}

function byeBeforeClose(subject: Subject): ConformanceCase {
  return linkCase(subject, "a bye sent just before close() still arrives", async (links) => {
    await links.opened();
    const [from, to] = links.directions().at(-1)!;
    from.send({ kind: "bye" });
    from.close();
    await links.waitFor(to, () => to.arrived("bye").length > 0, `the ${to.name} end to receive bye`);
    await links.quiet();
    assert.deepEqual(to.arrived("bye"), ["bye"]);
  });
}

function kindIsDropped(subject: Subject, kind: Heartbeat["kind"]): ConformanceCase {
  return linkCase(subject, `${kind} is declared as not carried, and nothing arrives of it`, async (links) => {
    await links.opened();
    for (const end of [links.near, links.far]) {
      const seq = end.nextSeq();
      if (kind === "beat") end.send({ kind, seq, intervalMs: 1000 });
      else end.send(kind === "bye" ? { kind } : { kind, seq });
    }
    await links.quiet();
    for (const { name, listener } of [links.near, links.far]) {
      assert.deepEqual(listener.heartbeats, [], `received by the ${name} end`);
    }
    await links.expectWorking();
  });
}

function impossible(subject: Subject): ConformanceCase {
  return linkCase(
    subject,
    "send() of an impossible heartbeat never throws, and nothing arrives",
    async (links) => {
      await links.opened();
      const { near } = links;
      near.send(links.sample(-1));
      near.send(links.sample(2 ** 32));
      near.send(links.sample(0.5));
      near.send(links.sample(Number.NaN));
      near.send(links.sample(near.nextSeq(), new Uint8Array(0)));
      near.send(links.sample(near.nextSeq(), new Uint8Array(256)));
      await links.quiet();
      assert.deepEqual([...links.near.listener.heartbeats, ...links.far.listener.heartbeats], []);
    },
  );
}

function longPayloadIsDropped(subject: Subject): ConformanceCase {
  const octets = subject.capabilities.maxPayloadOctets + 1;
  return linkCase(
    subject,
    `a payload of ${octets} octets is more than declared, and dropped whole`,
    async (links) => {
      await links.opened();
      links.near.send(links.sample(links.near.nextSeq(), new Uint8Array(octets)));
      await links.quiet();
      assert.deepEqual([...links.near.listener.heartbeats, ...links.far.listener.heartbeats], []);
      await links.expectWorking();
    },
  );
}
