import { readFileSync } from "node:fs";
import { parseSoKeepalive } from "@heartwire/tcp-keepalive";
import { expect, test } from "vitest";
import { EXIT } from "../src/exit-code.js";
import { explain } from "../src/explain/report.js";
import { renderExplanation } from "../src/explain/view.js";
import { run } from "../src/program.js";
import { memoryTerminal } from "./support/memory-terminal.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README shows what explain prints on a system with the kernel's defaults", () => {
  const report = explain("30m::10", parseSoKeepalive("30m::10"), 0, {
    kind: "read",
    idleMs: 7_200_000,
    intervalMs: 75_000,
    probes: 9,
    retries2: 15,
    rtoMaxMs: 120_000,
  });
  expect(readme).toContain(
    `$ heartwire explain 30m::10\n${renderExplanation(report, memoryTerminal().terminal)}`,
  );
});

test("the README has every option and every exit code, and no others", async () => {
  const options = new Set<string>();
  for (const command of ["explain", "doctor"]) {
    const { terminal, written } = memoryTerminal();
    await run([command, "--help"], terminal);
    for (const [, option] of written.out.matchAll(/^ {2}(--[a-z-]+(?: <\w+>)?) /gm)) options.add(option!);
  }
  const documented = [...readme.matchAll(/^\| `(--[^`]+)`/gm)].map(([, option]) => option!);
  expect(new Set(documented)).toEqual(options);
  const codes = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});
