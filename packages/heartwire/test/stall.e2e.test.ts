// All ways at once: one stall of this process is a stall for every link in it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  fixedTimeout,
  type LivenessEvent,
  monitor,
  type PolicyFactory,
  type PolicyMode,
  trustKernel,
} from "../src/index.js";
import { block, type Child, endChildren, startChild } from "./support/child.js";
import { Recording } from "./support/recording.js";
import { CLIENTS, SETTINGS, type TransportName } from "./support/transports.js";

const INTERVAL_MS = 200;
const DETECTION_MS = 3 * INTERVAL_MS;
/** Several detection times, of keepalive too. */
const STALL_MS = SETTINGS.idleMs + SETTINGS.intervalMs * SETTINGS.probes + 500;
/** What a busy machine may add. */
const SLACK_MS = 2000;

/** Suspicious late, so that a child process that is slow for once is not taken for a mistake of ours. */
const policy = (mode: PolicyMode): PolicyFactory =>
  fixedTimeout({ intervalMs: INTERVAL_MS, mode, suspectAfterMs: 0.8 * DETECTION_MS });

const WAYS: readonly { readonly transport: TransportName; readonly mode: PolicyMode }[] = [
  { transport: "udp", mode: "echo" },
  { transport: "udp", mode: "beat" },
  { transport: "udp", mode: "listen" },
  { transport: "tcp", mode: "echo" },
  { transport: "tcp", mode: "beat" },
  { transport: "tcp", mode: "listen" },
  { transport: "websocket-ping", mode: "echo" },
  { transport: "websocket-messages", mode: "echo" },
  { transport: "websocket-messages", mode: "beat" },
  { transport: "websocket-messages", mode: "listen" },
];

/** A peer in a process of its own, and what is heard of it. */
class Watched extends Recording<LivenessEvent> {
  readonly name: string;
  readonly peer: Child;

  constructor(name: string, peer: Child, transport: TransportName, policy: PolicyFactory) {
    super(monitor(CLIENTS[transport](Number(peer.said)), policy));
    this.name = name;
    this.peer = peer;
  }

  get heartbeats(): number {
    return this.values.filter(({ type }) => type === "heartbeat").length;
  }

  get verdicts(): string[] {
    return this.values.flatMap(({ type }) => (type === "heartbeat" ? [] : [type]));
  }
}

let watched: Watched[];
let byKernel: Watched;

beforeEach(async () => {
  watched = await Promise.all(
    WAYS.map(async ({ transport, mode }) => {
      const peer = await startChild("responder", transport, mode === "echo" ? 0 : INTERVAL_MS);
      return new Watched(`${transport}, ${mode}`, peer, transport, policy(mode));
    }),
  );
  const peer = await startChild("responder", "tcp-keepalive", 0);
  byKernel = new Watched("tcp-keepalive", peer, "tcp-keepalive", trustKernel(SETTINGS));
  await hear(3);
});

afterEach(async () => {
  for (const each of [...watched, byKernel]) each.stop();
  await endChildren();
});

/** Waits until every peer was heard so often. */
async function hear(count: number): Promise<void> {
  for (const each of watched) {
    await each.until(({ heartbeats }) => heartbeats >= count, `${each.name}: ${count} heartbeats`);
  }
}

/** Forgets what was heard so far, and blocks this process. */
function stall(): void {
  for (const each of [...watched, byKernel]) each.values.length = 0;
  block(STALL_MS);
}

/** By name, for messages that show all ways at once. */
const table = <T>(row: (each: Watched) => T): Record<string, T> =>
  Object.fromEntries(watched.map((each) => [each.name, row(each)]));

describe("a stall of ours is not the death of peers that live on:", () => {
  /** Runs `stuck` somewhere in the event loop's turn. */
  const places: Readonly<Record<string, (stuck: () => void) => void>> = {
    "in a timer": (stuck) => setTimeout(stuck, 0),
    "in an immediate": (stuck) => setImmediate(stuck),
    "where input is read": (stuck) => {
      const { values } = watched[0]!;
      const before = values.length;
      // An observer that blocks: timers come next in Node, then more input.
      void watched[0]!.until(({ values: now }) => {
        if (now.length === before) return false;
        stuck();
        return true;
      }, "one more event");
    },
  };

  it.each(Object.entries(places))("%s", async (_, place) => {
    await new Promise<void>((resolve) => {
      place(() => {
        stall();
        resolve();
      });
    });
    await hear(6);
    expect(table(({ verdicts }) => new Set(verdicts))).toEqual(table(() => new Set(["stalled"])));
    // All of it is told, but for the time in which there would have been nothing to do.
    const told = ({ values }: Watched) =>
      values.reduce((sum, event) => sum + (event.type === "stalled" ? event.stalledMs : 0), 0);
    for (const each of watched) expect(told(each), each.name).toBeGreaterThan(STALL_MS - DETECTION_MS);
    expect(table(({ completed }) => completed)).toEqual(table(() => false));
    // The kernel went on probing meanwhile; there was nothing for us to miss.
    expect(byKernel.verdicts).toEqual([]);
    expect(byKernel.completed).toBe(false);
  });
});

describe("a peer that dies during a stall of ours is found after it:", () => {
  it("one that hangs, by its silence in the time that we ran", async () => {
    for (const each of watched) each.peer.signal("SIGSTOP");
    stall();
    const stallEndMs = performance.now();
    const latencies = new Map<string, number>();
    for (const each of watched) {
      await each.until(({ completed }) => completed, `${each.name}: the verdict`);
      const dead = each.values.at(-1);
      latencies.set(each.name, dead!.atMs - stallEndMs);
      expect(dead, each.name).toMatchObject({
        type: "dead",
        cause: { kind: "silence", deadAfterMs: DETECTION_MS },
      });
    }
    for (const each of watched) {
      expect(each.verdicts, each.name).toContain("stalled");
      expect(each.verdicts.slice(-2), each.name).toEqual(["suspect", "dead"]);
    }
    for (const [name, latencyMs] of latencies) {
      // Not at once: silence before the stall, at most an interval and a round trip, is all that counts of it.
      expect(latencyMs, name).toBeGreaterThan(DETECTION_MS - 2 * INTERVAL_MS);
      expect(latencyMs, name).toBeLessThan(DETECTION_MS + SLACK_MS);
    }
  });

  it("one that is killed, by what its host says of it", async () => {
    for (const each of watched) each.peer.signal("SIGKILL");
    byKernel.peer.signal("SIGKILL");
    stall();
    const stallEndMs = performance.now();
    for (const each of [...watched, byKernel]) {
      await each.until(({ completed }) => completed, `${each.name}: the verdict`);
      const dead = each.values.at(-1)!;
      expect(dead.type, each.name).toBe("dead");
      expect(dead.atMs - stallEndMs, each.name).toBeLessThan(DETECTION_MS + SLACK_MS);
    }
  });
});
