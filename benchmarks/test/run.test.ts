import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { ALL_MEASUREMENTS } from "../cost/cost.js";
import { faults } from "../faults/index.js";
import { readResults } from "../report/results.js";
import { costJobs, FULL_WAIT_MS, trialJobs } from "../run/comparison.js";
import { measureCostApart } from "../run/cost-job.js";
import { expectedMs } from "../run/duration.js";
import { inParallel } from "../run/in-parallel.js";
import { keyOf } from "../run/job.js";
import { Journal } from "../run/journal.js";
import { projectCommit, readProvenance } from "../run/provenance.js";
import { TimeLeft } from "../run/time-left.js";
import { impairmentRows } from "../run/trial.js";
import { integer, options, pick, UsageError } from "../run/usage.js";
import { controls, NOMINAL, subjects } from "../subjects/index.js";

const REFERENCE = fileURLToPath(new URL("../results/reference.json", import.meta.url));
const CUT = { kind: "path-cut", directions: "both", packets: "dropped", unacknowledgedData: false } as const;
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

test("every fault strikes in every round, so that each cell has the trials asked for", () => {
  const jobs = trialJobs(faults, { rounds: 2, subjects });
  for (const fault of faults) {
    const rounds = jobs.flatMap((job) => (job.kind === "trial" && job.fault === fault ? [job.round] : []));
    expect(rounds, fault.name).toEqual([0, 1]);
  }
});

test("controls take part under the NAT alone, and need a mapping that forgets sooner than they speak", () => {
  for (const job of trialJobs(faults, { rounds: 1, subjects: [] })) {
    if (job.kind !== "trial") continue;
    expect(job.subjects, job.fault.name).toEqual(job.fault.name === "nat-expired" ? controls : []);
  }
  for (const { expectMistakes } of controls) {
    const at = (forMs: number) => expectMistakes({ kind: "harmless", by: "nat", forMs }, NOMINAL, 20_000);
    expect(at(3000)).toMatchObject({ least: 1, most: 1 });
    expect(at(30_000)).toMatchObject({ least: 0, most: 0 });
    expect(expectMistakes({ kind: "harmless", by: "loss", lossRate: 0.2 }, NOMINAL, 20_000).kind).toBe(
      "not-predicted",
    );
  }
});

describe("part of a name", () => {
  const namesOf = (all: readonly { readonly name: string }[], text: string) =>
    pick("--only", all, text).picked.map(({ name }) => name);

  test("is its family, and is said", () => {
    expect(namesOf(subjects, "udp,ws-readme")).toEqual(["udp-echo", "udp-beat", "ws-readme"]);
    expect(namesOf(faults, "hang,cut")).toEqual([
      "hang",
      "silent-cut-idle",
      "silent-cut-unacknowledged",
      "one-way-cut-to-monitor",
      "one-way-cut-to-peer",
    ]);
    expect(pick("--only", subjects, "udp,tcp").understood).toEqual(["udp: udp-echo, udp-beat"]);
  });

  test("a whole name is itself alone, and nobody is picked twice", () => {
    expect(namesOf(subjects, "tcp")).toEqual(["tcp"]);
    expect(namesOf(subjects, "udp,udp-beat")).toEqual(["udp-echo", "udp-beat"]);
  });

  test("nothing that no word begins with", () => {
    expect(() => namesOf(faults, "ut")).toThrow('has no "ut"');
    expect(() => namesOf(faults, "hang,")).toThrow('has no ""');
  });
});

describe("what the lab did to packets", () => {
  const lane = { packets: 10, lost: 1, lateMs: { mean: 0.1, max: 2 } };
  const report = { means: "forwarder", seed: 7, toPeer: lane, toMonitor: lane, overflowed: 0 } as const;
  const [fault] = faults;

  test("is told with the fault and its strike", () => {
    expect(impairmentRows([report, { means: "netem" }], { fault: fault!, firstTrial: 10 })).toEqual([
      { ...report, fault: fault!.name, trial: 10 },
      { means: "netem", fault: fault!.name, trial: 10 },
    ]);
  });

  test("is no trial where it lost what nobody asked it to lose", () => {
    const rows = () => impairmentRows([{ ...report, overflowed: 3 }], { fault: fault!, firstTrial: 0 });
    expect(rows).toThrow("lost 3 packets that it was not asked to lose");
  });
});

describe("what a run is made of", () => {
  test("libraries in the versions that are installed, and the commit, with + where files differ", async () => {
    const { libraries, commit } = await readProvenance();
    expect(libraries).toMatchObject({
      ws: expect.stringMatching(/^8\./),
      mqtt: expect.stringMatching(/^5\./),
    });
    expect(Object.keys(libraries ?? {}).filter((name) => name.includes("heartwire"))).toEqual([]);
    if (commit !== undefined) expect(commit).toMatch(/^[0-9a-f]{40}\+?$/);

    const checkout = join(folder, "checkout");
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", "-C", checkout, ...args], {
        encoding: "utf8",
      }).trim();
    mkdirSync(checkout);
    git("init", "-q");
    git("commit", "-q", "--allow-empty", "-m", "first");
    expect(await projectCommit(checkout)).toBe(git("rev-parse", "HEAD"));
    writeFileSync(join(checkout, "changed"), "");
    expect(await projectCommit(checkout)).toBe(`${git("rev-parse", "HEAD")}+`);
  });

  test("no commit outside a checkout", async () => {
    expect(await projectCommit("/")).toBeUndefined();
  });
});

test("a full run waits as long as the reference run, and longer than any bound of seconds that can be set", () => {
  expect(readResults(REFERENCE).settings.waitMs).toBe(FULL_WAIT_MS);
  for (const { name, expectDetection } of subjects) {
    const hung = expectDetection({ kind: "process-hung" }, NOMINAL);
    const cut = expectDetection(CUT, NOMINAL);
    for (const each of [hung, cut]) {
      if (each.kind !== "detected" || name === "ws-heartbeat") continue;
      expect(each.worstMs, name).toBeLessThan(FULL_WAIT_MS);
    }
  }
});

test("each job of a full run has a key of its own", () => {
  const jobs = [
    ...faults.flatMap((fault) => [0, 1].map((round) => ({ kind: "trial", fault, subjects, round }) as const)),
    ...subjects.map((subject) => ({ kind: "wire", subject }) as const),
    ...subjects.flatMap((subject) => faults.map((fault) => ({ kind: "timeline", subject, fault }) as const)),
  ];
  expect(new Set(jobs.map(keyOf)).size).toBe(jobs.length);
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
    expect(pick("--only", all, "c,a")).toEqual({ picked: [{ name: "c" }, { name: "a" }], understood: [] });
    expect(pick("--only", all, undefined).picked).toBe(all);
  });
});

describe("the cost of a run", () => {
  const job = { kind: "cost", measurement: "udp-cpu" } as const;

  function programThat(name: string, does: string): string {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(path, does);
    return path;
  }

  test("is measured by a program of its own, and taken over with what that could not measure", async () => {
    const row = {
      name: "r",
      title: "UDP beat",
      peers: 1000,
      value: 1.2,
      unit: "ratio",
      bar: 1.25,
      met: true,
    };
    const report = {
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
    };
    const program = programThat(
      "measures",
      `import { writeFileSync } from "node:fs";
       if (process.argv[3] !== "udp-cpu") throw new Error(process.argv.join(" "));
       writeFileSync(process.argv.at(-1), ${JSON.stringify(JSON.stringify(report))});`,
    );
    const { cost, notMeasured } = await measureCostApart(job, program);
    const { name: _, title, ...rest } = row;
    expect(cost).toEqual([{ name: title, ...rest, n: 9, spread: { p5: 1.1, p95: 1.3 } }]);
    expect(notMeasured).toEqual([{ why: "crowd: too little memory" }]);
  });

  test("that fails is an error with what was said", async () => {
    const program = programThat("fails", 'process.stderr.write("no memory\\n"); process.exit(3);');
    await expect(measureCostApart(job, program)).rejects.toThrow("exit code 3: no memory");
  });

  test("of all: every measurement and each contender; of some: theirs; or none, and no other report is looked for", () => {
    const keys = (cost: "all" | "contenders" | "none", chosen = subjects) =>
      costJobs({ cost, subjects: chosen }).map(keyOf);
    expect(keys("none")).toEqual([]);
    expect(keys("contenders", subjects.slice(0, 1))).toEqual([`cost contenders ${subjects[0]!.name}`]);
    expect(keys("all")).toHaveLength(ALL_MEASUREMENTS.length - 1 + subjects.length);
    expect(new Set(keys("all")).size).toBe(keys("all").length);
  });
});

describe("the time left", () => {
  const lane = (atOnce: number, jobs: Readonly<Record<string, number>>) => ({
    atOnce,
    expectedMs: new Map(Object.entries(jobs)),
  });

  test("is the sum of the stages, of each its longest lane, before anything is done", () => {
    const left = new TimeLeft(
      [[lane(1, { a: 10, b: 20 })], [lane(2, { c: 8, d: 8 }), lane(1, { e: 5 })]],
      () => 0,
    );
    expect(left.leftMs).toBe(30 + 8);
  });

  test("shrinks while a job runs, and follows the pace of those done", () => {
    let nowMs = 0;
    const left = new TimeLeft([[lane(1, { a: 10, b: 20 })]], () => nowMs);
    left.begun("a");
    nowMs = 4;
    expect(left.leftMs).toBe(26);
    nowMs = 20;
    left.done("a");
    expect(left.leftMs).toBe(40);
    left.begun("b");
    nowMs = 100;
    expect(left.leftMs).toBe(0);
  });

  test("what was done in an earlier run counts as done, and tells nothing of the pace", () => {
    const left = new TimeLeft([[lane(1, { a: 10, b: 20 })]], () => 0);
    left.done("a");
    expect(left.leftMs).toBe(20);
  });

  test("of every job is a known time", () => {
    const thoroughness = { links: 10, waitMs: 20_000, wireWindowMs: 60_000 };
    for (const job of [
      ...trialJobs(faults, { rounds: 1, subjects }),
      ...costJobs({ cost: "all", subjects }),
      { kind: "wire", subject: subjects[0]! } as const,
    ]) {
      expect(expectedMs(job, thoroughness), keyOf(job)).toBeGreaterThan(5000);
      expect(expectedMs(job, thoroughness), keyOf(job)).toBeLessThan(150_000);
    }
  });
});
