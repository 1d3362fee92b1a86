import { describe, expect, onTestFinished, test } from "vitest";
import { EXIT } from "../src/exit-code.js";
import { run } from "../src/program.js";
import { memoryTerminal } from "./support/memory-terminal.js";

async function heartwire(...args: readonly string[]) {
  const { terminal, written } = memoryTerminal({ NO_COLOR: "1" });
  const exitCode = await run(args, terminal);
  return { exitCode, ...written };
}

describe("wrong usage is one line: what was wrong, which value, what to do", () => {
  test.each([
    [["explain"], "missing required argument 'setting'"],
    [["explain", "30x"], 'idle "30x" must be whole seconds'],
    [["explain", "40000"], "is beyond the kernel's 32767 s"],
    [["explain", "on", "off"], "too many arguments"],
    [["explain", "on", "--user-timeout", "20"], '"20" is no duration'],
    [["explain", "on", "--user-timeout", "0s"], '"0s" is not from 1 ms to 2147483647 ms'],
    [["explain", "on", "--user-timeout", "9999h"], '"9999h" is not from'],
    [["explain", "on", "--path", "moon"], '"moon" is not one of azure-load-balancer'],
    [["doctor", "--pid", "-1"], '"-1" is no process id'],
    [["doctor", "--pid", "1.5"], '"1.5" is no process id'],
    [["doctor", "--path", "moon"], '"moon" is not one of azure-load-balancer'],
    [["doctor", "--quiet", "soon"], '"soon" is no duration'],
    [["doctor", "extra"], "too many arguments"],
    [["doctor", "--jsn"], "Did you mean --json?"],
    [["doktor"], "Did you mean doctor?"],
  ])("%j", async (args, message) => {
    const { exitCode, out, error } = await heartwire(...args);
    expect(exitCode).toBe(EXIT.usage);
    expect(out).toBe("");
    expect(error).toMatch(/^error: /);
    expect(error).toContain(message);
    // Commander puts its suggestion on a second line.
    expect(error.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  });
});

describe("help", () => {
  test.each([[["--help"]], [["explain", "--help"]], [["doctor", "--help"]]])(
    "%j goes to standard output and tells the exit codes",
    async (args) => {
      const { exitCode, out, error } = await heartwire(...args);
      expect({ exitCode, error }).toEqual({ exitCode: EXIT.fine, error: "" });
      for (const code of Object.values(EXIT)) expect(out).toContain(`${code} `);
    },
  );

  test("without a command it goes to standard error, as wrong usage", async () => {
    const { exitCode, out, error } = await heartwire();
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.usage, out: "" });
    expect(error).toContain("Usage: heartwire");
  });

  test("the version is the package's", async () => {
    expect((await heartwire("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("explain", () => {
  test("prints its report as JSON", async () => {
    const { out, error } = await heartwire("explain", "10:5:3", "--user-timeout", "25s", "--json");
    expect(error).toBe("");
    expect(JSON.parse(out)).toMatchObject({ schema: 1, command: "explain", userTimeoutMs: 25_000 });
  });

  test.each([
    ["a warning is a problem", ["20:5:3", "--user-timeout", "10s"], EXIT.problems],
    ["notes are none", ["200:40:3", "--user-timeout", "320s"], EXIT.fine],
    ["what is on the path counts", ["400:80:3", "--user-timeout", "640s"], EXIT.fine],
    [
      "what is on the path counts",
      [
        "400:5:3",
        "--user-timeout",
        "415s",
        "--path",
        "linux-conntrack",
        "--path",
        "aws-network-load-balancer",
      ],
      EXIT.problems,
    ],
    ["off has no traps", ["off"], EXIT.fine],
  ])("exit code: %s: %j", async (_, args, wanted) => {
    expect((await heartwire("explain", ...args)).exitCode).toBe(wanted);
  });
});

test("doctor says that it needs Linux", async () => {
  const platform = Object.getOwnPropertyDescriptor(process, "platform")!;
  Object.defineProperty(process, "platform", { ...platform, value: "darwin" });
  onTestFinished(() => void Object.defineProperty(process, "platform", platform));
  const { exitCode, error } = await heartwire("doctor");
  expect(exitCode).toBe(EXIT.impossible);
  expect(error).toBe(
    "error: doctor cannot work here: the kernel's tables are read from Linux's /proc, and this is darwin\n",
  );
});

test("a defect of ours is told as one", async () => {
  const { terminal, written } = memoryTerminal();
  const broken = {
    ...terminal,
    write() {
      throw new Error("broken inside");
    },
  };
  expect(await run(["explain", "on"], broken)).toBe(EXIT.defect);
  expect(written.error).toContain("broken inside");
});
