import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeCostReport } from "../cost/row.js";
import { faults } from "../faults/index.js";
import type { Results } from "../report/results.js";
import { inParallel } from "../run/in-parallel.js";
import { keyOf } from "../run/job.js";
import { Journal } from "../run/journal.js";
import { withWhatTheyNeed } from "../run/missing.js";
import { integer, options, pick, UsageError } from "../run/usage.js";
import { withCost } from "../run/with-cost.js";
import { type Subject, subjects } from "../subjects/index.js";
import { whyNot } from "../subjects/why-not.js";

const folder = mkdtempSync(join(tmpdir(), "heartwire-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the journal of a run", () => {
  const outcome = { notMeasured: [{ why: "a test" }] };

  test("goes on where an interrupted run was", () => {
    const path = join(folder, "resumed.jsonl");
    const first = new Journal(path, { links: 10 });
    first.add("trial hang 0", outcome);
    const second = new Journal(path, { links: 10 });
    expect(second.size).toBe(1);
    expect(second.get("trial hang 0")).toEqual(outcome);
    expect(second.get("trial hang 1")).toBeUndefined();
  });

  test("does again what was being written down when the run was interrupted", () => {
    const path = join(folder, "torn.jsonl");
    new Journal(path, {}).add("a", outcome);
    appendFileSync(path, '{"key":"b","outco');
    const again = new Journal(path, {});
    expect(again.size).toBe(1);
    again.add("c", outcome);
    expect(new Journal(path, {}).get("c")).toEqual(outcome);
  });

  test("of another plan is not gone on with", () => {
    const path = join(folder, "other.jsonl");
    new Journal(path, { links: 10 }).add("a", outcome);
    expect(new Journal(path, { links: 5 }).size).toBe(0);
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(2);
  });
});

test("each job of a full run has a key of its own", () => {
  const jobs = [
    ...faults.flatMap((fault) => [0, 1].map((round) => ({ kind: "trial", fault, subjects, round }) as const)),
    ...subjects.map((subject) => ({ kind: "wire", subject }) as const),
    ...subjects.flatMap((subject) => faults.map((fault) => ({ kind: "timeline", subject, fault }) as const)),
  ];
  expect(new Set(jobs.map(keyOf)).size).toBe(jobs.length);
});

describe("who does not take part", () => {
  const [first, second] = subjects as [Subject, Subject];

  test("are contenders for which this machine lacks something, each with what it is", () => {
    const why = "The program is missing; on Debian: apt install it.";
    const lacking = { ...second, missing: () => why };
    const provided = { ...first, missing: () => undefined };
    expect(withWhatTheyNeed([provided, lacking])).toEqual({
      subjects: [provided],
      notMeasured: [{ subject: lacking.name, why }],
    });
  });

  test("and whom a fault cannot befall, each with the reason", () => {
    const blocked = faults.find(({ tellsPeer }) => tellsPeer === "block")!;
    const cut = faults.find(({ tellsPeer }) => tellsPeer === undefined)!;
    const unblockable = { ...first, peerCannot: { block: "it has no loop" } };
    expect(whyNot(unblockable, blocked)).toBe("it has no loop");
    expect(whyNot(unblockable, cut)).toBeUndefined();
    expect(whyNot({ ...first, peerCannot: {} }, blocked)).toBeUndefined();
  });
});

describe("running in parallel", () => {
  test("never more at a time than allowed, each once, in order of their start", async () => {
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const job = (index: number) => async () => {
      started.push(index);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
      running -= 1;
    };
    await inParallel(
      3,
      Array.from({ length: 20 }, (_, index) => job(index)),
    );
    expect(most).toBe(3);
    expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test("a failure ends it, and nothing more is started", async () => {
    let started = 0;
    const fail = async () => {
      started += 1;
      throw new Error("no");
    };
    await expect(inParallel(1, [fail, fail, fail])).rejects.toThrow("no");
    expect(started).toBe(1);
  });
});

describe("the command line", () => {
  test("says what is wrong, and what there is", () => {
    expect(() => options(["--colour"], ["out"], ["help"])).toThrow(UsageError);
    expect(() => options(["--out"], ["out"], ["help"])).toThrow(UsageError);
    expect(() => integer("--trials", "1.5", 10)).toThrow(
      '--trials must be an integer from 1 to 10, not "1.5"',
    );
    expect(() => pick("--only", [{ name: "tcp" }, { name: "udp" }], "tcp,upd")).toThrow(
      '--only has no "upd"; there are tcp, udp',
    );
  });

  test("picks in the order asked for, and all when nothing is asked for", () => {
    const all = [{ name: "a" }, { name: "b" }, { name: "c" }];
    expect(pick("--only", all, "c,a")).toEqual([{ name: "c" }, { name: "a" }]);
    expect(pick("--only", all, undefined)).toBe(all);
  });
});

describe("the cost of a run", () => {
  const results = { cost: [], notMeasured: [] } as unknown as Results;

  test("is taken over from the report, with what it could not measure", () => {
    const path = join(folder, "cost.json");
    const row = {
      name: "r",
      title: "UDP beat",
      peers: 1000,
      value: 1.2,
      unit: "ratio",
      bar: 1.25,
      met: true,
    } as const;
    writeCostReport(path, {
      schema: 1,
      environment: {
        node: "v20",
        platform: "linux",
        kernel: "6",
        cpus: 2,
        cpuModel: "any",
        loadAverage: 0,
        date: "2026-01-01T00:00:00.000Z",
      },
      scale: "full",
      seconds: 1,
      rows: [{ ...row, n: 9, spread: { p5: 1.1, p95: 1.3 }, how: "by a test" }],
      notMeasured: [{ name: "crowd", why: "too little memory" }],
    });
    const { cost, notMeasured } = withCost(results, path);
    expect(cost).toEqual([
      {
        name: "UDP beat",
        peers: 1000,
        value: 1.2,
        unit: "ratio",
        bar: 1.25,
        met: true,
        n: 9,
        spread: { p5: 1.1, p95: 1.3 },
      },
    ]);
    expect(notMeasured).toEqual([{ why: "crowd: too little memory" }]);
  });

  test("is said to be missing where there is none", () => {
    expect(withCost(results, join(folder, "none.json")).notMeasured[0]?.why).toContain("CPU and memory");
  });
});
