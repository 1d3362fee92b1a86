import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { LivenessEvent } from "@heartwire/core";
import { beforeAll, describe, expect, it } from "vitest";
import { keepalive } from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";

/** With process ids of its own, so that nothing in it survives it, not even what is stopped. */
const NAMESPACES = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** Ways in: as an ordinary user, or as root where users may not. */
const UNSHARE = [["--user", "--map-root-user", ...NAMESPACES], NAMESPACES] as const;

const enter = UNSHARE.find((flags) => tryToEnter(flags).status === 0);

function tryToEnter(flags: readonly string[]) {
  const command = ["ip", "link", "add", "near", "type", "veth", "peer", "name", "far"];
  return spawnSync("unshare", [...flags, ...command], { encoding: "utf8" });
}

function whyNot(): string | undefined {
  const calls = systemCalls();
  if (calls.kind === "unavailable") return `no TCP_INFO here: ${calls.why}`;
  if (enter !== undefined) return undefined;
  const { error, stderr } = tryToEnter(UNSHARE[0]);
  return `no network namespaces here: ${String(error ?? stderr).trim()}`;
}

interface Counters {
  readonly frames: number;
  readonly octets: number;
}

interface Traffic {
  readonly in: Counters;
  readonly out: Counters;
}

interface Log {
  readonly events: readonly LivenessEvent[];
  /** What the link told the detector. */
  readonly inputs: readonly string[];
}

interface Logs extends Readonly<Record<string, Log>> {
  readonly healthy: Log & { readonly before: Traffic; readonly after: Traffic };
}

async function runLab(): Promise<Logs> {
  // near.mjs imports ../../dist: npm test builds before it tests.
  const script = fileURLToPath(new URL("lab/near.mjs", import.meta.url));
  const words = [...(enter ?? []), process.execPath, script];
  const limits = { timeout: 50_000, killSignal: "SIGKILL" } as const;
  const { stdout } = await promisify(execFile)("unshare", words, limits);
  return JSON.parse(stdout) as Logs;
}

const why = whyNot();

describe.skipIf(why !== undefined)(`a keepalive link's stream (${why ?? "between namespaces"})`, () => {
  let logs: Logs;
  beforeAll(async () => {
    logs = await runLab();
  }, 60_000);

  const story = (name: string): string[] => logs[name]!.events.map(({ type }) => type);
  const last = (name: string): LivenessEvent => logs[name]!.events.at(-1)!;

  it("stays alive on an idle connection, whose probes cost what the transport declares", () => {
    expect(story("healthy")).toEqual(["alive"]);
    const { before, after, inputs } = logs.healthy;
    const { wire } = keepalive({
      host: "127.0.0.1",
      port: 1,
      settings: { idleMs: 1, intervalMs: 1, probes: 1 },
    });
    const probes = after.out.frames - before.out.frames;
    expect(probes).toBeGreaterThanOrEqual(2);
    expect(probes).toBeLessThanOrEqual(4);
    expect(wire.probe.out.map((octets) => octets * probes)).toEqual([after.out.octets - before.out.octets]);
    expect(after.in.frames - before.in.frames).toBe(probes);
    expect(wire.probe.in.map((octets) => octets * probes)).toEqual([after.in.octets - before.in.octets]);
    // Each answer is told, and each once.
    expect(new Set(inputs)).toEqual(new Set(["active"]));
    expect(Math.abs(inputs.length - 1 - probes)).toBeLessThanOrEqual(1);
  });

  it("is suspect, then dead by keepalive-timeout, when the network falls silent", () => {
    expect(story("idleCut")).toEqual(["alive", "suspect", "dead"]);
    expect(last("idleCut")).toMatchObject({ cause: { kind: "keepalive-timeout", errno: "ETIMEDOUT" } });
    // The kernel asks after a second of silence, and gives up after three more.
    const [, suspectMs, deadMs] = logs.idleCut!.events.map((event) =>
      "silentMs" in event ? event.silentMs : 0,
    );
    expect(suspectMs).toBeGreaterThan(1000);
    expect(suspectMs).toBeLessThan(deadMs!);
    expect(deadMs).toBeGreaterThan(3900);
    expect(deadMs).toBeLessThan(10_000);
  });

  it("is suspect, then alive again, when the cut heals in time", () => {
    expect(story("healed")).toEqual(["alive", "suspect", "alive"]);
  });

  it("is suspect, then dead by user-timeout, with data unacknowledged, however long the idle time", () => {
    expect(story("dataCut")).toEqual(["alive", "suspect", "dead"]);
    expect(last("dataCut")).toMatchObject({ cause: { kind: "user-timeout", errno: "ETIMEDOUT" } });
  });

  it("is suspect, then alive again, when data is acknowledged late", () => {
    expect(story("dataCutHealed")).toEqual(["alive", "suspect", "alive"]);
  });

  it("knows the retransmission limit from keepalive without any user timeout, looked at in time or not", () => {
    const cause = { kind: "user-timeout", errno: "ETIMEDOUT" };
    expect(story("retransmissionLimit")).toEqual(["alive", "dead"]);
    expect(last("retransmissionLimit")).toMatchObject({ cause });
    expect(story("retransmissionLimitWatched")).toEqual(["alive", "suspect", "dead"]);
    expect(last("retransmissionLimitWatched")).toMatchObject({ cause });
  });

  it("is dead by user-timeout on an idle connection whose user timeout replaced the count of probes", () => {
    expect(story("userTimeoutInsteadOfProbes")).toEqual(["alive", "suspect", "dead"]);
    expect(last("userTimeoutInsteadOfProbes")).toMatchObject({ cause: { kind: "user-timeout" } });
  });

  it("is dead by reset when the peer's host was rebooted", () => {
    expect(story("reboot").filter((type) => type !== "suspect")).toEqual(["alive", "dead"]);
    expect(last("reboot")).toMatchObject({ cause: { kind: "reset", errno: "ECONNRESET" } });
  });

  it("is suspect, then dead as unreachable, when a router says so", () => {
    expect(story("unreachable")).toEqual(["alive", "suspect", "dead"]);
    expect(last("unreachable")).toMatchObject({ cause: { kind: "unreachable", errno: "EHOSTUNREACH" } });
  });

  it("is dead by keepalive-timeout all the same when a router says so of an idle peer", () => {
    expect(story("unreachableIdle")).toEqual(["alive", "suspect", "dead"]);
    expect(last("unreachableIdle")).toMatchObject({ cause: { kind: "keepalive-timeout" } });
  });

  it("is suspect only after the interval where that is longer than the idle time", () => {
    expect(story("longInterval")).toEqual(["alive", "suspect", "dead"]);
    expect(logs.longInterval!.events[1]).toMatchObject({ silentMs: expect.toSatisfy((ms) => ms > 2500) });
    expect(last("longInterval")).toMatchObject({ silentMs: expect.toSatisfy((ms) => ms > 5500) });
  });

  it.each(["hang", "hangFull"])(
    "is never suspect while the peer's process hangs: its kernel answers (%s)",
    (name) => {
      expect(story(name)).toEqual(["alive"]);
      expect(logs[name]!.inputs.length).toBeGreaterThan(3);
    },
  );
});
