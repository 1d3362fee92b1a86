import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const HUNT = fileURLToPath(new URL("../../dist/simulator/hunt.js", import.meta.url));

const hunt = (...args: readonly string[]) =>
  spawnSync(process.execPath, [HUNT, ...args], { encoding: "utf8", timeout: 25_000 });

describe("the command hunt", () => {
  it("tries seeds in worker processes and adds up what they found", () => {
    const size = ["--seeds", "3", "--peers", "5", "--hours", "2"];
    const [one, two] = ["1", "2"].map((workers) => hunt(...size, "--workers", workers));
    expect(one!.status).toBe(0);
    expect(two!.status).toBe(0);
    const { seconds: _one, happeningsPerSecond: rate, ...found } = JSON.parse(one!.stdout);
    const { seconds: _two, happeningsPerSecond: _rate, ...same } = JSON.parse(two!.stdout);
    expect(rate).toBeGreaterThan(0);
    expect(found).toMatchObject({ seeds: 3, broken: 0 });
    expect(found.peerHours).toBeGreaterThan(15);
    // Sums of the same numbers in another order.
    expect(same.happenings).toBe(found.happenings);
    expect(same.quality.detectionMs.count).toBe(found.quality.detectionMs.count);
  });

  it.skipIf(process.platform !== "linux")("leaves no worker behind when it is interrupted", async () => {
    const parent = spawn(process.execPath, [HUNT, "--seeds", "2", "--workers", "2"]);
    const children = () =>
      readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8").match(/\d+/g);
    try {
      const exit = once(parent, "exit");
      while ((children()?.length ?? 0) < 2) await pause(20);
      const workers = children()!.map(Number);
      // The handler stands once the workers do.
      await pause(500);
      parent.kill("SIGINT");
      expect(await exit).toEqual([1, null]);
      for (const worker of workers) expect(() => process.kill(worker, 0)).toThrow(/ESRCH/);
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it.each([
    [["--seed", "x"], /--seed must be a whole number above 0, not x/],
    [["--policy", "none"], /--policy must be one of fixed-timeout, .*not none/],
    [["--mode", "shout"], /--mode must be .*not shout/],
    [["--ignore", "all"], /--ignore must be one of .*not all/],
    [["--sed", "1"], /--sed/],
  ])("refuses %j", (args, message) => {
    const { status, stderr } = hunt(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});
