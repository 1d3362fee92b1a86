import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { askAll } from "../src/advise/ask.js";
import {
  type Asked,
  DEFAULTS,
  FAULTS,
  type FaultName,
  TRANSPORTS,
  type TransportName,
} from "../src/advise/asked.js";
import { readMeasured } from "../src/advise/measured.js";
import { advise } from "../src/advise/report.js";
import { renderAdvice } from "../src/advise/view.js";
import { EXIT } from "../src/exit-code.js";
import { run } from "../src/program.js";
import { memoryTerminal } from "./support/memory-terminal.js";

const measured = readMeasured();
const adviceOn = (asked: Partial<Asked>) => advise({ ...DEFAULTS, ...asked }, measured).advice;

function recommended(asked: Partial<Asked>) {
  const advice = adviceOn(asked);
  if (advice.kind !== "recommended") throw new Error(advice.why.join());
  return advice.answer;
}

async function heartwire(...args: readonly string[]) {
  const { terminal, written } = memoryTerminal({ NO_COLOR: "1" });
  const exitCode = await run(["advise", ...args], terminal);
  return { exitCode, ...written };
}

/** What a new reference run may change: latencies, and where they were measured. */
const withoutLatencies = (text: string) =>
  text
    .replace(/median .*? in [\d.]+ m?s/g, "median …")
    .replace(/^ {2}All measured with[\s\S]*?\n\n/m, "  Measured …\n\n");

describe("three typical users", () => {
  test.each([
    ["browser", ["--notice", "ended,hang,cut,proxy", "--over", "browser", "--proxy", "--forgets", "1min"]],
    [
      "database",
      [
        "--notice",
        "ended,reboot,cut,cut-with-data,nat",
        "--over",
        "foreign",
        "--within",
        "1min",
        "--forgets",
        "350s",
      ],
    ],
    [
      "devices",
      [
        "--notice",
        "ended,hang,cut",
        "--over",
        "udp",
        "--within",
        "2min",
        "--rtt",
        "120ms",
        "--jitter",
        "40ms",
        "--loss",
        "2%",
        "--peers",
        "100000",
      ],
    ],
  ])("%s", async (name, args) => {
    const { exitCode, out, error } = await heartwire(...args);
    expect({ exitCode, error }).toEqual({ exitCode: EXIT.fine, error: "" });
    await expect(withoutLatencies(out)).toMatchFileSnapshot(`fixtures/advise-${name}.txt`);
  });
});

test("the README shows what it prints, but for the latencies of a later run", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [, args = "", sample = ""] = /\$ heartwire advise (.*)\n([\s\S]*?)```/.exec(readme) ?? [];
  const { out } = await heartwire(...args.split(" "));
  expect(sample).not.toBe("");
  expect(withoutLatencies(out)).toContain(withoutLatencies(sample));
});

describe("keepalive, a heartbeat, or both", () => {
  test("keepalive is enough where the kernel knows, and is the cheapest on a stream", () => {
    expect(recommended({ notice: ["ended", "cut"], over: ["tcp"] }).kind).toBe("keepalive");
  });

  test("a hung process takes a heartbeat", () => {
    expect(recommended({ notice: ["hang"], over: ["tcp"] })).toMatchObject({
      kind: "heartbeat",
      parts: [{ subject: "tcp" }],
    });
  });

  test("a proxy in between takes one too, without being asked for", () => {
    expect(recommended({ notice: ["cut"], over: ["tcp"], proxy: true }).kind).toBe("heartbeat");
  });

  test("a foreign connection that must be kept, to a process that must not hang, takes both", () => {
    const { kind, parts } = recommended({ notice: ["hang", "nat"], over: ["foreign", "udp"] });
    expect(kind).toBe("both");
    expect(parts.map(({ means }) => means)).toEqual(["keepalive", "heartbeat"]);
  });

  test("only one direction cut: one-way beats do not do", () => {
    expect(recommended({ notice: ["hang"], over: ["udp"] }).parts[0]?.subject).toBe("udp-beat");
    expect(recommended({ notice: ["hang", "one-way"], over: ["udp"] }).parts[0]?.subject).toBe("udp-echo");
  });

  test("what nothing notices is named, with its figure, and the nearest is shown", () => {
    const advice = adviceOn({ notice: ["ended", "hang"], over: ["foreign"] });
    expect(advice).toMatchObject({ kind: "impossible", missed: ["hang"], nearest: { kind: "keepalive" } });
    if (advice.kind === "impossible")
      expect(advice.why[0]).toMatch(/^its process hangs: .* 0 of \d+ links noticed it/);
  });

  test("what cannot be met is named", () => {
    expect(adviceOn({ over: ["udp"], octetsPerHour: 10, detectWithinMs: 1000 })).toMatchObject({
      kind: "impossible",
      missed: [],
      unmet: ["octetsPerHour"],
    });
    expect(
      adviceOn({ notice: ["hang"], over: ["foreign", "udp"], octetsPerHour: 10, detectWithinMs: 10_000 }),
    ).toMatchObject({ kind: "impossible", unmet: ["octetsPerHour"] });
  });

  test("a NAT's patience bounds the interval, known or not", () => {
    const known = { ...DEFAULTS.path, forgetsAfterMs: 60_000 };
    const notice: FaultName[] = ["cut", "nat"];
    const base = { notice, over: ["tcp"] as const, detectWithinMs: 3_600_000 };
    expect(recommended({ ...base, path: known }).parts[0]?.settings).toMatchObject({ idleMs: 30_000 });
    expect(recommended(base).parts[0]?.settings).toMatchObject({ idleMs: 120_000 });
  });
});

// A hundred searches take seconds of CPU time: on a busy machine more than the usual limit.
test("any combination: one recommendation that keeps what was asked, or a named impossibility", () => {
  const maybe = (min: number, max: number) =>
    fc.option(fc.double({ min, max, noNaN: true }), { nil: undefined });
  const asked = fc.record({
    notice: fc.subarray(Object.keys(FAULTS) as FaultName[], { minLength: 1 }),
    over: fc.subarray(Object.keys(TRANSPORTS) as TransportName[], { minLength: 1 }),
    proxy: fc.boolean(),
    within: maybe(1, 86_400_000),
    octets: maybe(1, 1e8),
    mistakes: maybe(1e-6, 100),
    path: fc.record({
      rttMs: fc.double({ min: 0, max: 2000, noNaN: true }),
      jitterMs: fc.double({ min: 0, max: 500, noNaN: true }),
      lossRate: fc.double({ min: 0, max: 0.5, noNaN: true }),
      forgetsAfterMs: fc.constantFrom(1000, 30_000, 350_000, Number.POSITIVE_INFINITY),
    }),
  });
  const { terminal } = memoryTerminal();
  fc.assert(
    fc.property(asked, ({ within, octets, mistakes, ...rest }) => {
      const limits = {
        ...(within !== undefined && { detectWithinMs: within }),
        ...(octets !== undefined && { octetsPerHour: octets }),
        ...(mistakes !== undefined && { mistakesPerDay: mistakes }),
      };
      const report = advise({ ...rest, ...limits, peers: 1 }, measured);
      expect(renderAdvice(report, terminal)).not.toMatch(/undefined|NaN|\[object/);
      const { advice } = report;
      if (advice.kind === "impossible") {
        expect(advice.missed.length + advice.unmet.length).toBeGreaterThan(0);
        expect(advice.why.length).toBeGreaterThan(0);
        return;
      }
      expect(advice.answer.octetsPerHour).toBeLessThanOrEqual((octets ?? Number.POSITIVE_INFINITY) + 1);
      expect(advice.answer.parts.length).toBe(advice.answer.kind === "both" ? 2 : 1);
      for (const { prediction, over, code } of advice.answer.parts) {
        expect(prediction.detectWithinMs).toBeLessThanOrEqual((within ?? Number.POSITIVE_INFINITY) + 1);
        expect(rest.over).toContain(over);
        expect(code.length).toBeGreaterThan(0);
      }
      for (const { figures, noticed } of advice.answer.evidence)
        expect({ noticed, figures }).toMatchObject({ noticed: true, figures: { n: expect.any(Number) } });
    }),
    { numRuns: 100 },
  );
}, 60_000);

describe("the questions", () => {
  async function answering(...answers: readonly string[]) {
    const rest = [...answers];
    let said = "";
    const asked = await askAll(
      async (text) => {
        said += text;
        return rest.shift() ?? "";
      },
      (text) => {
        said += text;
      },
    );
    return { asked, said, rest };
  }

  test("Enter all the way takes the defaults", async () => {
    const { asked } = await answering();
    expect(asked).toEqual({ ...DEFAULTS, path: { ...DEFAULTS.path, outageMs: 3000 } });
  });

  test("answers are as options are, and a wrong one is asked for again", async () => {
    const { asked, said, rest } = await answering(
      "hang, moon",
      "hang, cut",
      "udp",
      "perhaps",
      "yes",
      "30s",
      "100ms",
      "20ms",
      "2%",
      "10s",
      "1s",
      "0.5",
      "5000",
      "1000",
    );
    expect(said).toContain('"moon" is not one of ended, reboot');
    expect(said).toContain('"perhaps" is neither yes nor no');
    expect(rest).toEqual([]);
    expect(asked).toEqual({
      notice: ["hang", "cut"],
      over: ["udp"],
      proxy: true,
      path: { rttMs: 100, jitterMs: 20, lossRate: 0.02, outageMs: 1000, forgetsAfterMs: 30_000 },
      detectWithinMs: 10_000,
      mistakesPerDay: 0.5,
      octetsPerHour: 5000,
      peers: 1000,
    });
  });
});

describe("on the command line", () => {
  test.each([
    [["--notice", "moon"], '"moon" is not one of ended'],
    [["--over", ""], '"" is not one of tcp'],
    [["--within", "10"], '"10" is no duration'],
    [["--loss", "99%"], '"99%" is no loss'],
    [["--octets", "0"], '"0" is no number above 0'],
    [["--peers", "1.5"], '"1.5" is no number of peers'],
    [["--within", "48h"], "detectWithinMs must be"],
    [["--rtt", "2h"], "rttMs must be"],
  ])("%j is wrong usage", async (args, message) => {
    const { exitCode, out, error } = await heartwire(...args);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.usage, out: "" });
    expect(error).toContain(message);
  });

  test("without options and without a terminal it says what to say", async () => {
    const isTTY = Object.getOwnPropertyDescriptor(process.stdin, "isTTY");
    Object.defineProperty(process.stdin, "isTTY", { value: false, configurable: true });
    onTestFinished(() => {
      if (isTTY === undefined) Reflect.deleteProperty(process.stdin, "isTTY");
      else Object.defineProperty(process.stdin, "isTTY", isTTY);
    });
    const { exitCode, error } = await heartwire();
    expect(exitCode).toBe(EXIT.usage);
    expect(error).toContain("such as --notice hang,cut --over tcp");
  });

  test("--json is the report, and exit code 1 says that not all can be had", async () => {
    const { exitCode, out } = await heartwire("--notice", "hang", "--over", "foreign", "--json");
    expect(exitCode).toBe(EXIT.problems);
    expect(JSON.parse(out)).toMatchObject({
      schema: 1,
      command: "advise",
      asked: { notice: ["hang"], over: ["foreign"] },
      advice: { kind: "impossible", missed: ["hang"] },
    });
  });
});
