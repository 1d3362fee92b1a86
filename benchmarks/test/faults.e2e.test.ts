import { beforeEach, describe, expect, it } from "vitest";
import type { FrameContent, Instant } from "../lab/index.js";
import { observe, visitors, whyNoLab } from "./lab/outside.js";

/** Ten times what an idle machine needs, because a test may run on a busy one. */
const MAX_UNCERTAINTY_MS = 30;

interface Heard {
  readonly datagrams: number;
  readonly errors: string[];
  readonly tcpOctets: number;
  readonly tcpEvents: string[];
  readonly healthy: boolean;
  readonly carrier: boolean;
}

interface Struck {
  readonly instant: Instant;
  readonly calledMs: number;
  readonly returnedMs: number;
  readonly state: string;
  /** Frames that came back to the monitor. */
  readonly refusals: number;
  readonly during: Heard;
  readonly atPeer?: Heard;
  readonly after: Heard;
  readonly atPeerAfter?: Heard;
  readonly stillRuns: string;
}

interface HostStruck {
  readonly lastedMs: number;
  /** States of the processes at the host. */
  readonly ended: readonly string[];
  readonly unbidden: readonly FrameContent[];
  readonly answers: readonly FrameContent[];
  readonly during: Heard;
  readonly after: Heard;
  readonly atSuccessor: Heard;
}

const SILENCE = { datagrams: 0, errors: [], tcpOctets: 0, tcpEvents: [] };

describe.each(visitors)("a fault in a lab $title", (visitor) => {
  const why = whyNoLab(visitor);
  beforeEach((context) => {
    if (why !== undefined) {
      context.skip(why);
    }
  });

  const strike = (fault: string, writer: "nobody" | "monitor" | "both" = "both") =>
    observe<Struck>(visitor, "fault", fault, writer);

  it.for(["kill", "hang", "silent-cut-idle", "silent-cut-unacknowledged", "cable-pulled-at-peer"])(
    "%s hits nothing but its target, at an instant well known",
    async (fault) => {
      const { instant, calledMs, returnedMs, stillRuns } = await strike(fault, "nobody");
      expect(instant.uncertaintyMs).toBeLessThan(MAX_UNCERTAINTY_MS);
      expect(instant.atMs - instant.uncertaintyMs).toBeGreaterThanOrEqual(calledMs);
      expect(instant.atMs + instant.uncertaintyMs).toBeLessThanOrEqual(returnedMs);
      expect(stillRuns).toMatch(/[RSD]/);
    },
  );

  it.for(["kill", "exit"])("%s: the kernel closes the connection and refuses datagrams", async (fault) => {
    const { state, during, stillRuns } = await strike(fault);
    expect(state).toMatch(/[ZX]/);
    expect(during.tcpEvents).toEqual(["end", "close"]);
    expect(during.errors).toContain("ECONNREFUSED");
    expect(stillRuns).toMatch(/[RSD]/);
  });

  it("exit: the instant spans the time that the process took to end", async () => {
    const { instant, calledMs, returnedMs } = await strike("exit", "nobody");
    expect(instant.atMs - instant.uncertaintyMs).toBeGreaterThanOrEqual(calledMs);
    expect(instant.atMs + instant.uncertaintyMs).toBeLessThanOrEqual(returnedMs);
    expect(instant.uncertaintyMs).toBeLessThan(10 * MAX_UNCERTAINTY_MS);
  });

  it("hang: the kernel keeps the connection, and the process goes on when healed", async () => {
    const { state, during, after } = await strike("hang", "monitor");
    expect(state).toBe("T");
    expect(during).toMatchObject(SILENCE);
    expect(after).toMatchObject({ tcpEvents: [], datagrams: 1 });
  });

  it("event-loop-blocked: the process lives and says nothing, until it is killed to heal it", async () => {
    const { state, during, after, refusals, stillRuns } = await strike("event-loop-blocked", "monitor");
    expect(state).toMatch(/[RSD]/);
    expect(refusals).toBe(0);
    expect(during).toMatchObject(SILENCE);
    expect(after.tcpEvents).toEqual(["end", "close"]);
    expect(stillRuns).toMatch(/[RSD]/);
  });

  it("application-unhealthy: only the application's own health changes", async () => {
    const { during, atPeer, atPeerAfter } = await strike("application-unhealthy");
    expect(atPeer).toMatchObject({ datagrams: 3, healthy: false, errors: [], tcpEvents: [] });
    expect(during).toMatchObject({ datagrams: 3, errors: [], tcpEvents: [], healthy: true });
    expect(atPeerAfter).toMatchObject({ datagrams: 4, healthy: true });
  });

  it.for([
    ["silent-cut-idle", 0, 0],
    ["one-way-cut-to-peer", 3, 0],
    ["one-way-cut-to-monitor", 0, 3],
  ] as const)("%s: the monitor hears %d, the peer %d, until it is healed", async (expected) => {
    const [fault, monitorHears, peerHears] = expected;
    const { during, atPeer, after, atPeerAfter, refusals, stillRuns } = await strike(fault);
    // No frame has come but the datagrams heard: no ICMP, no reset.
    expect(refusals).toBe(monitorHears);
    expect(during).toMatchObject({ ...SILENCE, datagrams: monitorHears, carrier: true });
    expect(atPeer).toMatchObject({ ...SILENCE, datagrams: peerHears, carrier: true });
    expect(after).toMatchObject({ datagrams: monitorHears + 1, errors: [], tcpEvents: [] });
    expect(atPeerAfter).toMatchObject({ datagrams: peerHears + 1, errors: [], tcpEvents: [] });
    expect(stillRuns).toMatch(/[RSD]/);
  });

  it("silent-cut-unacknowledged: what the monitor writes gets nowhere, and nobody says so", async () => {
    const { during, atPeer, refusals } = await strike("silent-cut-unacknowledged", "nobody");
    expect(refusals).toBe(0);
    expect(during).toMatchObject(SILENCE);
    expect(atPeer).toMatchObject(SILENCE);
  });

  it("cable-pulled-at-peer: the peer loses its carrier, and the router refuses what is sent to it", async () => {
    const { during, atPeer, after, atPeerAfter, refusals } = await strike("cable-pulled-at-peer");
    expect(refusals).toBeGreaterThan(0);
    expect(during).toMatchObject({ ...SILENCE, carrier: true });
    expect(atPeer).toMatchObject({ ...SILENCE, carrier: false });
    expect(after.datagrams).toBe(1);
    expect(atPeerAfter).toMatchObject({ datagrams: 1, carrier: true });
  });

  it("cable-pulled-at-peer: a monitor that sends nothing hears nothing", async () => {
    const { during, refusals } = await strike("cable-pulled-at-peer", "nobody");
    expect(refusals).toBe(0);
    expect(during).toMatchObject(SILENCE);
  });

  it("cable-pulled-at-monitor: the monitor loses its carrier; its sends succeed, and get nowhere", async () => {
    const { during, atPeer, after, atPeerAfter, refusals } = await strike("cable-pulled-at-monitor");
    expect(refusals).toBe(0);
    expect(during).toMatchObject({ ...SILENCE, carrier: false });
    expect(atPeer).toMatchObject({ ...SILENCE, carrier: true });
    expect(after).toMatchObject({ datagrams: 1, carrier: true });
    expect(atPeerAfter).toMatchObject({ datagrams: 1 });
  });

  it("host-gone: nothing escapes, nothing answers, every process there is gone", async () => {
    const { ended, unbidden, answers, during, after, atSuccessor } = await observe<HostStruck>(
      visitor,
      "hostFault",
      "host-gone",
    );
    expect(ended).toEqual(["X", "X"]);
    expect(unbidden).toEqual([]);
    expect(answers).toEqual([]);
    expect(during).toMatchObject({ ...SILENCE, tcpOctets: 3 });
    // A new host has come in its place: it speaks, and hears.
    expect(after.datagrams).toBe(2);
    expect(atSuccessor).toMatchObject({ datagrams: 2, carrier: true });
  });

  it("host-rebooted: back at once, it refuses what belongs to the old connections", async () => {
    const { ended, unbidden, answers, during, lastedMs, atSuccessor } = await observe<HostStruck>(
      visitor,
      "hostFault",
      "host-rebooted",
    );
    expect(ended).toEqual(["X", "X"]);
    expect(unbidden).toEqual([]);
    expect(answers).toHaveLength(2);
    expect(answers).toContainEqual(expect.objectContaining({ protocol: "tcp", flags: ["RST"] }));
    expect(answers).toContainEqual(expect.objectContaining({ protocol: "icmp", type: 3, code: 3 }));
    expect(during.tcpEvents).toEqual(["ECONNRESET", "close"]);
    expect(during.errors).toEqual(["ECONNREFUSED"]);
    expect(lastedMs).toBeLessThan(1000);
    expect(atSuccessor).toMatchObject({ datagrams: 2, carrier: true });
  });
});
