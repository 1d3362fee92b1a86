import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { EXIT } from "../src/exit-code.js";
import { heartwire } from "./support/processes.js";

const EXPLAIN = ["explain", "20:5:3", "--user-timeout", "10s"];

test("ends with the command's exit code, and colours nothing in a pipe", async () => {
  const { exitCode, out, error } = await heartwire(EXPLAIN);
  expect({ exitCode, error }).toEqual({ exitCode: EXIT.problems, error: "" });
  expect(out).toContain("so_keepalive=20:5:3");
  expect(out).not.toContain("\u001b");
});

test("colours where it is told to", async () => {
  expect((await heartwire(EXPLAIN, { env: { FORCE_COLOR: "1" } })).out).toContain("\u001b[1m");
  expect((await heartwire(EXPLAIN, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).out).not.toContain(
    "\u001b",
  );
});

test("is quiet when the reader of its output goes away", async () => {
  const { exitCode, error } = await heartwire(EXPLAIN, { deaf: true });
  expect({ exitCode, error }).toEqual({ exitCode: EXIT.problems, error: "" });
});

test.skipIf(!existsSync("/dev/full"))(
  "says in one line that its output could not be written, whatever it found",
  async () => {
    for (const words of [EXPLAIN, ["doctor"], ["--help"]]) {
      const { exitCode, error } = await heartwire(words, {
        prefix: ["sh", "-c", 'exec "$@" > /dev/full', "sh"],
      });
      expect(exitCode).toBe(EXIT.unwritten);
      expect(error).toMatch(/^error: standard output could not be written: .*ENOSPC.*\n$/);
    }
  },
);

test("wrong usage", async () => {
  const { exitCode, out, error } = await heartwire(["explain", "30x"]);
  expect({ exitCode, out }).toEqual({ exitCode: EXIT.usage, out: "" });
  expect(error).toMatch(/^error: so_keepalive: idle "30x" .*\n$/);
});
