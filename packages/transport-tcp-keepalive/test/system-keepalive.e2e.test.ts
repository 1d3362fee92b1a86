import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { type SystemKeepalive, suggestSysctl, systemKeepalive } from "../src/index.js";
import { namespaceFlags, whyNoNamespaces } from "./support/namespace.js";

interface Timers {
  readonly shortened: number | null;
  readonly lengthened: number | null;
}

interface Outcome {
  readonly before: SystemKeepalive;
  readonly armedMs: Timers;
  readonly changedMs: Timers & { readonly fresh: number | null };
  readonly laterMs: Timers;
  readonly probesSent: number;
  readonly suggested: SystemKeepalive;
  readonly told: readonly (readonly [number, number])[];
  /** Events seen for changes made through our own mount of /proc, and through another; `null`: none allowed here. */
  readonly inotify: { readonly sameMount: number; readonly otherMount: number | null };
}

async function run(): Promise<Outcome> {
  // near.mjs imports ../../dist: npm test builds before it tests.
  const script = fileURLToPath(new URL("system-keepalive/near.mjs", import.meta.url));
  const words = [...namespaceFlags(), process.execPath, script];
  const { stdout } = await promisify(execFile)("unshare", words, { timeout: 25_000 });
  return JSON.parse(stdout) as Outcome;
}

describe.skipIf(process.platform !== "linux")("the system's own settings", () => {
  it("are what /proc says", () => {
    const seconds = Number(readFileSync("/proc/sys/net/ipv4/tcp_keepalive_time", "utf8"));
    expect(systemKeepalive()).toMatchObject({ kind: "read", idleMs: seconds * 1000 });
  });
});

describe.skipIf(whyNoNamespaces() !== undefined)(
  `a change of the system's settings (${whyNoNamespaces() ?? "in a namespace of its own"})`,
  () => {
    it("reaches new connections at once, running timers only when they fire, and us by polling", async () => {
      const outcome = await run();
      const { armedMs, changedMs, laterMs, told, suggested } = outcome;
      expect(outcome.before).toMatchObject({ kind: "read", rtoMaxMs: 120_000 });
      expect(armedMs.shortened).toBeGreaterThan(25_000);
      expect(armedMs.lengthened).toBeLessThan(2500);
      // Neither a shorter nor a longer idle time touches a timer that runs.
      expect(changedMs.shortened).toBeGreaterThan(25_000);
      expect(changedMs.lengthened).toBeLessThan(2500);
      expect(changedMs.fresh).toBeGreaterThan(5000);
      expect(changedMs.fresh).toBeLessThan(6500);
      // The timer of 2 s has fired, found that 6 s hold now, sent nothing, and runs for the rest.
      expect(outcome.probesSent).toBe(0);
      expect(laterMs.lengthened).toBeGreaterThan(1500);
      expect(laterMs.lengthened).toBeLessThan(4200);
      expect(laterMs.shortened).toBeGreaterThan(20_000);

      const { settings, retries2 } = suggestSysctl({ detectWithinMs: 60_000 });
      expect(suggested).toMatchObject({ kind: "read", ...settings, retries2 });
      expect(told.at(0)).toEqual([7_200_000, 30_000]);
      expect(told.map(([, idleMs]) => idleMs)).toContain(settings.idleMs);
      expect(outcome.inotify.sameMount).toBeGreaterThan(0);
      if (outcome.inotify.otherMount === null) return;
      // Why the watch polls: this one change inotify does not show.
      expect(told.at(-1)).toEqual([settings.idleMs, 99_000]);
      expect(outcome.inotify.otherMount).toBe(0);
    });
  },
);
