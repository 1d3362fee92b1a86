import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { CloseReason } from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { type KeepaliveReport, type KeepaliveSettings, keepalive } from "../src/index.js";

/** Ways into a network namespace of one's own: as an ordinary user, or as root where users may not. */
const UNSHARE = [["--user", "--map-root-user", "--net"], ["--net"]] as const;

const enter = UNSHARE.find((flags) => tryToEnter(flags).status === 0);
const whyNot =
  enter === undefined
    ? `no network namespaces here: ${String(tryToEnter(UNSHARE[0]).error ?? tryToEnter(UNSHARE[0]).stderr).trim()}`
    : undefined;

function tryToEnter(flags: readonly string[]) {
  const command = ["ip", "link", "add", "near", "type", "veth", "peer", "name", "far"];
  return spawnSync("unshare", [...flags, ...command], { encoding: "utf8" });
}

interface Counters {
  readonly frames: number;
  readonly octets: number;
}

interface Outcome {
  readonly calls: readonly string[];
  readonly report: KeepaliveReport;
  readonly reason: CloseReason;
  /** From the cut to the verdict. */
  readonly afterMs: number;
  readonly before: { readonly in: Counters; readonly out: Counters };
  readonly after: { readonly in: Counters; readonly out: Counters };
}

interface Scenario {
  readonly settings: KeepaliveSettings;
  /** How long all is well before the cut. */
  readonly healthyMs: number;
  /** Sent just after the cut, and so never acknowledged. */
  readonly writeOctets: number;
}

async function run(scenario: Scenario): Promise<Outcome> {
  // near.mjs imports ../../dist: npm test builds before it tests.
  const script = fileURLToPath(new URL("silent-cut/near.mjs", import.meta.url));
  const words = [...(enter ?? []), process.execPath, script, JSON.stringify(scenario)];
  const { stdout } = await promisify(execFile)("unshare", words, { timeout: 25_000 });
  return JSON.parse(stdout) as Outcome;
}

describe.skipIf(whyNot !== undefined)(
  `a peer that falls silent (${whyNot ?? "in its own namespace"})`,
  () => {
    it("is found by the kernel's probes, which cost what the transport declares", async () => {
      const settings = { idleMs: 1000, intervalMs: 1000, probes: 2 };
      const outcome = await run({ settings, healthyMs: 3500, writeOctets: 0 });
      const { reason, afterMs, calls, before, after } = outcome;
      expect(reason).toEqual({ kind: "keepalive-timeout", errno: "ETIMEDOUT" });
      expect(calls).toEqual(["opened", "active"]);
      // Two intervals after the idle time at least, which had begun to run up to a second before.
      expect(afterMs).toBeGreaterThan(1900);
      expect(afterMs).toBeLessThan(10_000);

      const probes = after.out.frames - before.out.frames;
      const { wire } = keepalive({ host: "127.0.0.1", port: 1, settings });
      expect(probes).toBeGreaterThanOrEqual(2);
      expect(probes).toBeLessThanOrEqual(4);
      expect(wire.probe.out.map((octets) => octets * probes)).toEqual([after.out.octets - before.out.octets]);
      expect(after.in.frames - before.in.frames).toBe(probes);
      expect(wire.probe.in.map((octets) => octets * probes)).toEqual([after.in.octets - before.in.octets]);
    });

    it("with data unacknowledged is found by the user timeout", async ({ skip }) => {
      const settings = { idleMs: 30_000, intervalMs: 10_000, probes: 9, userTimeoutMs: 1000 };
      const { reason, afterMs, report } = await run({ settings, healthyMs: 0, writeOctets: 10 });
      if (report.userTimeoutMs.means === "none") skip(report.userTimeoutMs.note);
      expect(reason).toEqual({ kind: "user-timeout", errno: "ETIMEDOUT" });
      expect(afterMs).toBeGreaterThan(900);
      expect(afterMs).toBeLessThan(10_000);
    });
  },
);
