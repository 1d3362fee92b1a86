import { expect, test } from "vitest";
// From dist, for the measured processes are started from there.
import { MEASUREMENTS, type Measurement, measureCost } from "../dist/cost/cost.js";
import { TINY } from "../dist/cost/scale.js";

const ALL = Object.keys(MEASUREMENTS) as Measurement[];

test("everything is measured, by figures that can be; none of their size is asserted", async () => {
  const began: string[] = [];
  const { rows, notMeasured } = await measureCost(TINY, ALL, (name) => began.push(name));

  expect(notMeasured).toEqual([]);
  expect(began).toEqual(ALL);
  const value = (name: string, peers?: number) => {
    const row = rows.find((row) => row.name === name && (peers === undefined || row.peers === peers));
    if (row === undefined) throw new Error(`no row ${name}`);
    return row.value;
  };
  for (const peers of TINY.udp.peers) {
    const [ours, bare] = [value("udp-cpu-heartwire", peers), value("udp-cpu-bare", peers)];
    expect(bare).toBeGreaterThan(0);
    // One round: its ratio is the ratio of the two.
    expect(value("udp-cpu-ratio", peers)).toBeCloseTo(ours / bare, 9);
  }
  for (const name of ["websocket-cpu-heartwire", "websocket-cpu-ws-readme", "websocket-cpu-engine.io"]) {
    expect(value(name)).toBeGreaterThan(0);
  }
  expect(value("tcp-cpu-bare")).toBeGreaterThan(0);
  expect(value("websocket-heap-bare")).toBeGreaterThan(500);
  expect(value("crowd-rss")).toBeGreaterThan(20);
  // Every silent peer was found, and none before its time: that holds at any speed. Mistakes are not asserted,
  // for on a starved machine the sender itself may fall silent.
  expect([value("lateness-missed"), value("lateness-early")]).toEqual([0, 0]);
}, 60_000);
