import { recordingListener } from "@heartwire/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAddress } from "../src/address.js";
import { HubLink } from "../src/hub-link.js";
import { LinkTable } from "../src/link-table.js";

function linkAt(address: string, port: number): HubLink {
  const carrier = {
    transmit() {},
    release() {},
    refuse() {},
    end() {},
    shortCut: () => false,
    endShortCut() {},
  };
  const remote = { address, port };
  return new HubLink(carrier, recordingListener(), "peer", remote, formatAddress(address, port));
}

// Few addresses and fewer sessions, so that they collide all the time.
const step = fc.record({
  action: fc.constantFrom("add", "addUnknown", "learn", "remove"),
  port: fc.integer({ min: 1, max: 8 }),
  session: fc.integer({ min: -1, max: 1 }),
});

test("finds exactly the links that are in it, whatever was added, learned and removed in any order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const table = new LinkTable();
      const model = new Map<number, HubLink>();
      for (const { action, port, session } of steps) {
        const present = model.get(port);
        if (action === "remove" && present !== undefined) {
          table.remove(present);
          model.delete(port);
        } else if (action === "learn" && present !== undefined && present.session === undefined) {
          table.learn(present, session);
        } else if (action.startsWith("add") && present === undefined) {
          const link = linkAt("10.0.0.1", port);
          if (action === "add") link.session = session;
          table.add(link);
          model.set(port, link);
        }
        expectSame(table, model);
      }
    }),
  );
});

function expectSame(table: LinkTable, model: ReadonlyMap<number, HubLink>): void {
  expect(new Set([...table.links()].map((link) => link.key))).toEqual(
    new Set([...model.values()].map((link) => link.key)),
  );
  for (let port = 1; port <= 8; port++) {
    const link = model.get(port);
    expect(table.at(`10.0.0.1:${port}`)).toBe(link);
    for (let session = -1; session <= 1; session++) {
      expect(table.find(session, port, "10.0.0.1")).toBe(link?.session === session ? link : undefined);
      expect(table.find(session, port, "10.0.0.2")).toBeUndefined();
    }
  }
  for (let session = -1; session <= 1; session++) {
    const sharing = [...model.values()].filter((link) => link.session === session);
    expect(table.sharing(session)).toBe(sharing.length);
  }
}
