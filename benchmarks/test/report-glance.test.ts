import { describe, expect, test } from "vitest";
import { glance } from "../report/glance.js";
import type { Results, Trial } from "../report/results.js";
import { commonSettings } from "../report/settings.js";
import { syntheticResults } from "./report-fixture.js";

const base = syntheticResults({ links: 10 });

function changed(matches: (trial: Trial) => boolean, change: Partial<Trial>, results = base): Results {
  return {
    ...results,
    trials: results.trials.map((trial) => (matches(trial) ? { ...trial, ...change } : trial)),
  };
}

function rowOf(results: Results, start: string): string[] {
  const line = glance(results)
    .split("\n")
    .find((each) => each.startsWith(`| ${start}`));
  return (
    line
      ?.split("|")
      .slice(2, -1)
      .map((cell) => cell.trim()) ?? []
  );
}

describe("the comparison at a glance", () => {
  test("has the kernel with and without a user timeout beside heartbeats", () => {
    expect(rowOf(base, "at 1 s")).toEqual([
      "keepalive",
      "+ user timeout",
      "heartbeat, TCP",
      "heartbeat, UDP echo",
      "heartbeat, UDP beat",
    ]);
  });

  test("tells never from late, and both from a measured median", () => {
    expect(rowOf(base, "process hangs").slice(0, 3)).toEqual([
      "*never*",
      "*never*",
      expect.stringMatching(/^2\.\d s$/),
    ]);
    const [kernel, timeout] = rowOf(base, "network cut, data in flight");
    expect(kernel).toBe("*after 15 min*");
    expect(timeout).toMatch(/^[34]\.\d s$/);
  });

  test("shows a share where not every link noticed, and flags what is outside the prediction", () => {
    const some = changed(({ subject, fault, trial }) => subject === "tcp" && fault === "hang" && trial < 4, {
      detected: false,
      latencyMs: null,
      cause: null,
    });
    expect(rowOf(some, "process hangs")[2]).toMatch(/^2\.\d s \(6 of 10\) \(!\)$/);
  });

  test("counts mistakes under the heaviest loss alone, and those of the other end apart", () => {
    const others = changed(
      ({ subject, fault, trial }) => subject === "tcp" && fault === "loss-20" && trial < 3,
      {
        detected: true,
        latencyMs: 900,
        verdictBy: "other-end",
      },
    );
    expect(rowOf(others, "20 % loss: living peers called dead").slice(1, 3)).toEqual([
      "0 of 10",
      "3 of 10, all by the other end",
    ]);
    const light = changed(({ fault }) => fault === "loss-5", { detected: true, latencyMs: 900 });
    expect(rowOf(light, "20 % loss")).toEqual(rowOf(base, "20 % loss"));
  });

  test("says of how many links its medians are, and when they were measured", () => {
    expect(glance(base)).toContain("Medians of 10 links each, measured on 2026-01-01 ([how](benchmarks))");
    const fewer = base.trials.filter(
      ({ subject, fault, trial }) => !(subject === "tcp" && fault === "hang" && trial > 6),
    );
    expect(glance({ ...base, trials: fewer })).toContain("Medians of 7 to 10 links each");
  });

  test("octets are those of frames of at least 60", () => {
    const [echo] = base.wire.filter(({ subject }) => subject === "udp-echo");
    const padded = echo!.minimumFrameOctets!;
    const expected = (((padded.out + padded.in) / echo!.seconds) * 3.6).toFixed(0);
    expect(rowOf(base, "kB an hour")[3]).toBe(expected);
    expect(glance(base)).toContain("each frame at least 60 octets, as on a real wire");
  });

  test("promises a common worst case only where all predictions keep it", () => {
    expect(glance(base)).toMatch(/^\| at 1 s and 3 misses \|/);
    const equal = changed(({ fault }) => fault === "silent-cut-idle", {
      predictedMs: { best: 2000, worst: 3400 },
    });
    expect(glance(equal)).toMatch(/^\| at 1 s and a worst case of 3 s \|/);
  });

  test("a run whose contenders tell their worst case is said to have a common one", () => {
    const { settings } = base;
    expect(commonSettings(settings)).toBe("a check every 1 s and 3 misses");
    const subjects = { tcp: "a probe every 1 s, dead after 3: 3 s at worst" };
    expect(commonSettings({ ...settings, subjects })).toBe(
      "a check every 1 s and a worst case of 3 s, as near as its own knobs allow",
    );
  });

  test("says what heartbeats miss", () => {
    expect(glance(base)).toMatch(/Heartbeats miss, too: .*UDP beat at "only the way to the peer is cut"/);
    const seen = changed(({ kind }) => kind === "heartwire", { detected: true, latencyMs: 2500 });
    expect(glance(seen)).not.toContain("Heartbeats miss");
  });

  test("leaves out what a run does not have", () => {
    const little: Results = {
      ...base,
      subjects: base.subjects!.filter(({ name }) => name === "tcp"),
      trials: base.trials.filter(({ subject, fault }) => subject === "tcp" && fault === "hang"),
      wire: [],
      cost: [],
    };
    const lines = glance(little)
      .split("\n")
      .filter((line) => line.startsWith("|"));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe("| at 1 s and a worst case of 3 s | heartbeat, TCP |");
  });
});
