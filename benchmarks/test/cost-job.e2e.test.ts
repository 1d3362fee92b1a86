import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";

const JOB = new URL("../dist/run/cost-job.js", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "heartwire-cost-job-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a run that is ended while it measures leaves neither its folder nor the program that measures", async () => {
  const program = join(folder, "never-ends.mjs");
  const pid = join(folder, "pid");
  writeFileSync(
    program,
    `import { writeFileSync } from "node:fs";
     writeFileSync(${JSON.stringify(pid)}, String(process.pid));
     setInterval(() => {}, 1000);`,
  );
  const temporary = mkdtempSync(join(folder, "tmp-"));
  const script = `
    import { existsSync, readdirSync, readFileSync } from "node:fs";
    import { measureCostApart } from ${JSON.stringify(JOB)};
    void measureCostApart({ kind: "cost", measurement: "crowd" }, ${JSON.stringify(program)});
    while (!existsSync(${JSON.stringify(pid)}) || readFileSync(${JSON.stringify(pid)}, "utf8") === "")
      await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(readFileSync(${JSON.stringify(pid)}, "utf8"), readdirSync(${JSON.stringify(temporary)}).length);
    process.exit(0);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, TMPDIR: temporary },
    encoding: "utf8",
    timeout: 30_000,
  });
  const [measuring, folders] = said.trim().split(" ").map(Number);
  expect(folders).toBe(1);
  expect(readdirSync(temporary)).toEqual([]);
  await vi.waitFor(() => expect(isRunning(measuring!)).toBe(false), 10_000);
});

/** False also for one that has ended and whom nobody has asked how. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
