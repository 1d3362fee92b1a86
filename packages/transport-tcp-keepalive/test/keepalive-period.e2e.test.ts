import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { KERNEL_TIMER_LATENESS, type KeepaliveSettings, keepalivePeriodMs } from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { namespaceFlags, whyNoNamespaces } from "./support/namespace.js";

interface Counted {
  /** Whether the kernel holds the settings. */
  readonly set: boolean;
  readonly probes: number;
  readonly octets: number;
}

interface Scenario {
  readonly name: string;
  readonly settings: KeepaliveSettings;
  /** What would be counted if the other setting decided. */
  readonly otherwise: number;
}

const FOR_MS = 9500;
const settings = (idle: number, interval: number): KeepaliveSettings => ({
  idleMs: 1000 * idle,
  intervalMs: 1000 * interval,
  probes: 9,
});

// The names are cited by the linter: src/keepalive-linter.ts and src/middlebox-findings.ts.
const SCENARIOS: readonly Scenario[] = [
  { name: "interval above idle", settings: settings(1, 3), otherwise: 8 },
  { name: "idle time above the interval", settings: settings(3, 1), otherwise: 6 },
];

async function count(scenario: Scenario): Promise<Counted> {
  // count.mjs imports ../../dist: npm test builds before it tests.
  const script = fileURLToPath(new URL("keepalive-period/count.mjs", import.meta.url));
  const plan = JSON.stringify({ settings: scenario.settings, forMs: FOR_MS });
  const words = [...namespaceFlags(), process.execPath, script, plan];
  const { stdout } = await promisify(execFile)("unshare", words, { timeout: 25_000 });
  return JSON.parse(stdout) as Counted;
}

describe.skipIf(whyNoNamespaces() !== undefined)(
  `how often a live, idle peer is asked (${whyNoNamespaces() ?? "in namespaces of its own"})`,
  () => {
    it.concurrent.for(SCENARIOS)("$name", async (scenario, { expect: expectHere, skip }) => {
      const { set, probes, octets } = await count(scenario);
      if (!set) skip("the settings could not be set");
      const { idleMs } = scenario.settings;
      const periodMs = keepalivePeriodMs(scenario.settings);
      const lateness = 1 + KERNEL_TIMER_LATENESS;
      // The first after the idle time, and each of the others a period later.
      const most = 1 + Math.floor((FOR_MS - idleMs) / periodMs);
      const fewest = 1 + Math.floor((FOR_MS / lateness - idleMs) / periodMs);
      expectHere(probes).toBeGreaterThanOrEqual(fewest);
      expectHere(probes).toBeLessThanOrEqual(most);
      // Each is answered: two bare segments, which on the loopback interface have no header of Ethernet's.
      expectHere(octets).toBe(2 * (66 - 14) * probes);
    });

    it("would be told apart from the shorter of the two", () => {
      for (const { settings: of, otherwise } of SCENARIOS) {
        const most = 1 + Math.floor((FOR_MS - of.idleMs) / keepalivePeriodMs(of));
        expect(most).toBeLessThan(otherwise);
      }
    });
  },
);
