import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GroupMember, GroupSilence, NOT_SUSPECT } from "../src/index.js";

const PHASE_MS = 1500;

/** So many members, each on a host of its own, all of them suspect. */
function suspects(count: number): { readonly group: GroupSilence; readonly members: readonly GroupMember[] } {
  const group = new GroupSilence();
  const members = Array.from({ length: count }, (_, index) => ({
    reprieves: NOT_SUSPECT,
    host: `10.0.0.${index}`,
  }));
  for (const _ of members) group.joined();
  for (const member of members) group.suspected(member);
  return { group, members };
}

describe("the silence of a group", () => {
  it("is answered by whoever is heard after it began, be his own verdict due or not", () => {
    const { group, members } = suspects(10);
    const [last, ...others] = members;
    expect(group.judge(last!, 3000, PHASE_MS)).toEqual({
      reprieved: true,
      event: { type: "group-silent", atMs: 3000, silent: 10, watched: 10 },
    });
    const events = others.map((member, index) => group.answered(member, 3100 + index));
    expect(events.filter((event) => event !== undefined)).toEqual([
      { type: "group-answered", atMs: 3100, silentForMs: 100 },
    ]);
    expect(group.judge(last!, 4500, PHASE_MS)).toEqual({ reprieved: true });
    expect(group.judge(last!, 6000, PHASE_MS)).toEqual({ reprieved: false });
  });

  it("is answered by somebody new: whoever it is, the network brought him", () => {
    const { group, members } = suspects(5);
    group.judge(members[0]!, 3000, PHASE_MS);
    const newcomer = { reprieves: NOT_SUSPECT, host: "10.0.0.99" };
    group.joined();
    expect(group.answered(newcomer, 3200)).toMatchObject({ type: "group-answered" });
    expect(group.judge(members[0]!, 4500, PHASE_MS).reprieved).toBe(true);
  });

  it("is unanswered once, and then all are judged", () => {
    const { group, members } = suspects(6);
    for (const member of members) expect(group.judge(member, 3000, PHASE_MS).reprieved).toBe(true);
    const verdicts = members.map((member) => group.judge(member, 4500, PHASE_MS));
    expect(verdicts.map(({ reprieved }) => reprieved)).toEqual(members.map(() => false));
    expect(verdicts.flatMap(({ event }) => event ?? [])).toEqual([
      { type: "group-unanswered", atMs: 4500, silent: 6 },
    ]);
  });

  it.each([
    ["four of four", 4, 4, 0, false],
    ["five of five", 5, 5, 0, true],
    ["five of eleven", 5, 5, 6, false],
    ["five of ten", 5, 5, 5, true],
    ["a thousand on two hosts", 1000, 2, 0, false],
    ["a thousand on three hosts", 1000, 3, 0, true],
  ])("%s are one: %i on %i hosts, with %i others: %s", (_, count, hosts, others, isGroup) => {
    const group = new GroupSilence();
    const members = Array.from({ length: count }, (_, index) => ({
      reprieves: NOT_SUSPECT,
      host: String(index % hosts),
    }));
    for (let joined = 0; joined < count + others; joined++) group.joined();
    for (const member of members) group.suspected(member);
    expect(group.judge(members[0]!, 3000, PHASE_MS).reprieved).toBe(isGroup);
  });

  it("whatever happens, gives nobody more than two phases, and counts right", () => {
    const step = fc.record({
      who: fc.nat(11),
      what: fc.constantFrom("suspected", "answered", "judge", "judge", "judge", "parted"),
      afterMs: fc.integer({ min: 0, max: 2000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const group = new GroupSilence();
        const members = Array.from({ length: 12 }, (_, index) => ({
          reprieves: NOT_SUSPECT,
          host: String(index % 4),
        }));
        const given = new Map<GroupMember, number>();
        const gone = new Set<GroupMember>();
        for (const _ of members) group.joined();
        let nowMs = 0;
        for (const { who, what, afterMs } of steps) {
          const member = members[who]!;
          nowMs += afterMs;
          if (gone.has(member)) continue;
          const isSuspect = given.has(member);
          if (what === "suspected" && !isSuspect) {
            group.suspected(member);
            given.set(member, 0);
          } else if (what === "answered") {
            group.answered(member, nowMs);
            given.delete(member);
          } else if (what === "parted") {
            group.parted(member);
            given.delete(member);
            gone.add(member);
          } else if (what === "judge" && isSuspect) {
            const { reprieved, event } = group.judge(member, nowMs, PHASE_MS);
            if (event !== undefined && event.type !== "group-answered") expect(event.silent).toBe(given.size);
            const phases = given.get(member)! + (reprieved ? 1 : 0);
            expect(phases).toBeLessThanOrEqual(2);
            given.set(member, phases);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
