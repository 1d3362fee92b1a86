import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_PLACE, PlaceTable } from "../src/place-table.js";

// Few of each, so that they differ in one field only.
const peer = fc.record({
  ipv4: fc.constantFrom(0x7f00_0001, -1, 1),
  port: fc.integer({ min: 1, max: 40 }),
  session: fc.integer({ min: -2, max: 2 }),
});
const step = fc.record({ peer, action: fc.constantFrom("set", "set", "remove"), place: fc.nat() });
const keyOf = ({ ipv4, port, session }: { ipv4: number; port: number; session: number }) =>
  `${ipv4} ${port} ${session}`;

test("finds exactly what was set last and not removed", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: "max" }), fc.array(peer), (steps, others) => {
      const table = new PlaceTable();
      const model = new Map<string, number>();
      for (const { peer, action, place } of steps) {
        const { ipv4, port, session } = peer;
        if (action === "set") {
          table.set(ipv4, port, session, place);
          model.set(keyOf(peer), place);
        } else {
          table.remove(ipv4, port, session);
          model.delete(keyOf(peer));
        }
      }
      for (const each of [...steps.map(({ peer }) => peer), ...others]) {
        expect(table.find(each.ipv4, each.port, each.session)).toBe(model.get(keyOf(each)) ?? NO_PLACE);
      }
    }),
  );
});

test("grows, and after all have left finds nobody", () => {
  const table = new PlaceTable();
  for (let peer = 0; peer < 10_000; peer++) table.set(peer * 7919, 1 + (peer % 65_535), ~peer, peer);
  for (let peer = 0; peer < 10_000; peer++)
    expect(table.find(peer * 7919, 1 + (peer % 65_535), ~peer)).toBe(peer);
  for (let peer = 0; peer < 10_000; peer++) table.remove(peer * 7919, 1 + (peer % 65_535), ~peer);
  for (let peer = 0; peer < 10_000; peer++)
    expect(table.find(peer * 7919, 1 + (peer % 65_535), ~peer)).toBe(NO_PLACE);
});
