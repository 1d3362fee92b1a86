import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type KeepaliveConditions, type KeepaliveSettings, keepaliveBound } from "@heartwire/core";
import { beforeAll, describe, expect, it } from "vitest";
import { namespaceFlags, whyNoNamespaces } from "./support/namespace.js";

interface Connection {
  readonly name: string;
  readonly settings: KeepaliveSettings;
  readonly write?: "after the cut" | "more than the peer reads";
}

interface Plan {
  readonly retries2: number;
  /** Absent: cut for good. */
  readonly outageMs?: number;
  readonly connections: readonly Connection[];
}

interface Ended {
  readonly name: string;
  /** `null`: it lives. */
  readonly errno: string | null;
  /** The retransmission time-out just before. */
  readonly rtoMs: number;
  /** From the cut (or the write after it) to the error: the true time lies between these. */
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

type Outcome = { readonly results: readonly Ended[] } | { readonly cannot: string };

const settings = (idle: number, interval: number, probes: number, userTimeoutMs = 0): KeepaliveSettings => ({
  idleMs: 1000 * idle,
  intervalMs: 1000 * interval,
  probes,
  userTimeoutMs,
});

// The names are cited by the linter, src/keepalive-linter.ts.
const CUT: Plan = {
  retries2: 3,
  connections: [
    { name: "probes alone", settings: settings(1, 1, 3) },
    { name: "interval above idle", settings: settings(1, 4, 1) },
    { name: "user timeout below the probes", settings: settings(1, 1, 10, 2500) },
    // On time, three probes would go out: but two, each with a wait a little late, already take as long.
    { name: "user timeout reached by late timers", settings: settings(1, 1, 3, 3010) },
    { name: "user timeout below idle", settings: settings(3, 1, 5, 500) },
    { name: "user timeout above the probes", settings: settings(1, 1, 2, 6000) },
    { name: "data, retries2 3", settings: settings(1, 1, 1), write: "after the cut" },
    { name: "data, user timeout 1000", settings: settings(1, 1, 1, 1000), write: "after the cut" },
    { name: "data, user timeout 3000", settings: settings(1, 1, 1, 3000), write: "after the cut" },
  ],
};
const LONGER: Plan = {
  retries2: 5,
  connections: [{ name: "data, retries2 5", settings: settings(1, 1, 1), write: "after the cut" }],
};
const OUTAGE: Plan = {
  retries2: 15,
  outageMs: 2500,
  connections: [
    { name: "outage, one probe", settings: settings(1, 1, 1) },
    { name: "outage, six probes", settings: settings(1, 1, 6) },
    {
      name: "slow reader, user timeout 1000",
      settings: settings(60, 60, 9, 1000),
      write: "more than the peer reads",
    },
    { name: "slow reader, none", settings: settings(60, 60, 9), write: "more than the peer reads" },
  ],
};
const PLANS = [CUT, LONGER, OUTAGE];

/** The kernel's part is exact; what is added is until this process runs and hears of it. */
const NOTICE_MS = 1000;

async function run(plan: Plan): Promise<Outcome> {
  // near.mjs imports ../../dist: npm test builds before it tests.
  const script = fileURLToPath(new URL("keepalive-bound/near.mjs", import.meta.url));
  const words = [...namespaceFlags(), process.execPath, script, JSON.stringify(plan)];
  const { stdout } = await promisify(execFile)("unshare", words, { timeout: 28_000 });
  return JSON.parse(stdout) as Outcome;
}

describe.skipIf(whyNoNamespaces() !== undefined)(
  `the kernel keeps keepaliveBound (${whyNoNamespaces() ?? "in namespaces of its own"})`,
  () => {
    const ended = new Map<string, Ended>();
    let cannot: string | undefined;

    beforeAll(async () => {
      // All at once: the longest alone takes 14 s.
      for (const outcome of await Promise.all(PLANS.map(run))) {
        if ("cannot" in outcome) cannot = outcome.cannot;
        else for (const each of outcome.results) ended.set(each.name, each);
      }
    });

    const cuts = [CUT, LONGER].flatMap(({ retries2, connections }) =>
      connections.map((connection) => ({ ...connection, retries2 })),
    );
    it.for(cuts)("$name", ({ name, settings: of, write, retries2 }, { skip }) => {
      if (cannot !== undefined) skip(cannot);
      const { errno, rtoMs, atLeastMs, atMostMs } = ended.get(name)!;
      const conditions: KeepaliveConditions = { unacknowledgedData: write !== undefined, retries2, rtoMs };
      const { best, worst } = keepaliveBound(of, conditions).detectionMs;
      expect(errno).toBe("ETIMEDOUT");
      expect(atMostMs).toBeGreaterThanOrEqual(best);
      expect(atLeastMs).toBeLessThanOrEqual(worst + NOTICE_MS);
    });

    it("a user timeout that is hardly above the last probe but one cuts that, since timers are late", ({
      skip,
    }) => {
      if (cannot !== undefined) skip(cannot);
      const cut = ended.get("user timeout reached by late timers")!;
      const full = ended.get("probes alone")!;
      // A whole interval sooner, though "probes alone" has as many.
      expect(full.atLeastMs - cut.atMostMs).toBeGreaterThan(700);
      expect(full.atMostMs - cut.atLeastMs).toBeLessThan(1300);
    });

    it("an outage of 2.5 s kills with one probe, and not with six", ({ skip }) => {
      if (cannot !== undefined) skip(cannot);
      expect(ended.get("outage, one probe")?.errno).toBe("ETIMEDOUT");
      expect(ended.get("outage, six probes")?.errno).toBeNull();
    });

    it("a user timeout kills a peer that lives and does not read", ({ skip }) => {
      if (cannot !== undefined) skip(cannot);
      expect(ended.get("slow reader, user timeout 1000")?.errno).toBe("ETIMEDOUT");
      expect(ended.get("slow reader, none")?.errno).toBeNull();
    });
  },
);
