import {
  DATAGRAM_SEATS,
  datagramCost,
  type LinkListener,
  streamCost,
  type Transport,
  type WireCost,
} from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { fixedTimeout, monitor } from "../src/index.js";
import { marbles } from "./support/marbles.js";

const LINKS = 3 * DATAGRAM_SEATS;

/** Fills [0, 1) evenly, and never the same twice. */
function evenly(): () => number {
  let count = 0;
  return () => (count++ * 0.618034) % 1;
}

/** How many probes left at the same instant at most, of many links that are answered at once. */
function largestCompany(wire: WireCost): number {
  const sentAtMs: number[] = [];
  marbles(({ scheduler, virtual }) => {
    const transport = (): Transport => ({
      name: "answered at once",
      proves: "process",
      wire,
      open(listener: LinkListener) {
        scheduler.schedule(() => listener.opened());
        return {
          close: () => {},
          send(heartbeat) {
            if (heartbeat.kind !== "probe") return;
            // The first go out as each is opened, in no company.
            if (scheduler.now() > 5000) sentAtMs.push(scheduler.now());
            scheduler.schedule(() => listener.received({ kind: "echo", seq: heartbeat.seq }), 1);
          },
        };
      },
    });
    const policy = fixedTimeout({ intervalMs: 1000 });
    const options = { ...virtual, random: evenly() };
    const watching = Array.from({ length: LINKS }, () => monitor(transport(), policy, options).subscribe());
    scheduler.schedule(() => watching.forEach((each) => void each.unsubscribe()), 10_000);
  });
  expect(sentAtMs.length).toBeGreaterThan(4 * LINKS);
  const counts = new Map<number, number>();
  for (const atMs of sentAtMs) counts.set(atMs, (counts.get(atMs) ?? 0) + 1);
  return Math.max(...counts.values());
}

describe("a crowd of links", () => {
  it("sends together where the network holds what is too much at once", () => {
    expect(largestCompany(streamCost({ probeOut: 6, echoIn: 6, beatOut: 10 }))).toBe(LINKS);
  });

  it("sends few at a time where it drops that, as sockets drop datagrams", () => {
    // Two departures may fall into one millisecond of the queue.
    expect(largestCompany(datagramCost(5))).toBeLessThanOrEqual(2 * DATAGRAM_SEATS);
  });
});
