import { expect, test } from "vitest";
// From dist, for the measured processes are started from there.
import { ALL_MEASUREMENTS, CONTENDERS, measureCost } from "../dist/cost/cost.js";
import { TINY } from "../dist/cost/scale.js";
import { subjects } from "../dist/subjects/index.js";

const ALL = ALL_MEASUREMENTS.filter((name) => name !== CONTENDERS);

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
}, 240_000);

test("each contender is measured with its links in processes of its own; the kernel's CPU is in none", async () => {
  const chosen = subjects.filter(({ name }) => ["tcp-keepalive", "tcp", "ws-readme"].includes(name));
  const { rows, notMeasured } = await measureCost(TINY, [CONTENDERS], () => {}, chosen);
  const namesOf = (subject: string) => rows.filter((row) => row.subject === subject).map(({ name }) => name);
  expect(namesOf("tcp")).toEqual(["contender-cpu", "contender-heap", "contender-rss"]);
  expect(namesOf("ws-readme")).toEqual(["contender-cpu", "contender-heap", "contender-rss"]);
  expect(namesOf("tcp-keepalive")).toEqual(["contender-heap", "contender-rss"]);
  expect(notMeasured).toEqual([
    { name: "CPU per heartbeat of TCP keepalive", why: expect.stringContaining("kernel") },
  ]);
  expect(
    rows.find(({ name, subject }) => name === "contender-cpu" && subject === "tcp")?.value,
  ).toBeGreaterThan(0);
}, 240_000);

test("a contender that cannot carry its links is not measured, with its reason, and spoils no other", async () => {
  const [tcp] = subjects.filter(({ name }) => name === "tcp");
  const broken = { ...tcp!, name: "nobody", title: "Nobody" };
  const { rows, notMeasured } = await measureCost(TINY, [CONTENDERS], () => {}, [broken, tcp!]);
  expect(notMeasured).toEqual([
    { name: "cost of Nobody", why: expect.stringContaining('no subject "nobody"') },
  ]);
  expect(new Set(rows.map(({ subject }) => subject))).toEqual(new Set(["tcp"]));
}, 240_000);
