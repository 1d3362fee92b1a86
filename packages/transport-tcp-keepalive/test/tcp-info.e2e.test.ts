import net from "node:net";
import { describe, expect, it } from "vitest";
import { readTcpInfo, type TcpInfo } from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";
import { readTcpInfoWith } from "../src/tcp-info-read.js";
import { PATIENCE_MS, socketPair, tlsPair, untilClosed } from "./support/sockets.js";
import { socketDetails, whyNoSs } from "./support/ss.js";

const calls = systemCalls();
const why = calls.kind === "unavailable" ? calls.why : undefined;
const noSs = why ?? whyNoSs();

function infoOf(socket: net.Socket): TcpInfo {
  const info = readTcpInfo(socket);
  if (info.kind === "unreadable") throw new Error(info.why);
  return info;
}

/** Reads until the kernel has done what was asked of it. */
async function untilInfo(socket: net.Socket, holds: (info: TcpInfo) => boolean): Promise<TcpInfo> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const info = infoOf(socket);
    if (holds(info) || performance.now() > deadlineMs) return info;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.skipIf(why !== undefined)(`readTcpInfo (${why ?? "on this kernel"})`, () => {
  it("counts what was sent and received", async () => {
    const { near, far } = await socketPair();
    near.resume();
    far.resume();
    near.write(Buffer.alloc(100_000));
    far.write("seven ");
    const info = await untilInfo(near, (each) => each.bytesAcked === 100_001 && each.bytesReceived === 6);
    // One more than was written: the SYN.
    expect(info).toMatchObject({
      kind: "read",
      state: "established",
      bytesSent: 100_000 + (info.bytesRetransmitted ?? 0),
      bytesAcked: 100_001,
      bytesReceived: 6,
      unacknowledgedSegments: 0,
      unansweredProbes: 0,
      retransmits: 0,
      notSentBytes: 0,
    });
    expect(infoOf(far)).toMatchObject({ bytesReceived: 100_000, bytesSent: 6, bytesAcked: 6 });
    expect(info.octets).toBeGreaterThanOrEqual(104);
  });

  it("says when the peer was last heard", async () => {
    const { near, far } = await socketPair();
    near.resume();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = infoOf(near);
    expect(before.lastAckReceivedMs).toBeGreaterThanOrEqual(250);
    expect(before.lastDataReceivedMs).toBeGreaterThanOrEqual(250);
    far.write("heard");
    const after = await untilInfo(near, ({ bytesReceived }) => bytesReceived === 5);
    expect(after.lastDataReceivedMs).toBeLessThan(before.lastDataReceivedMs!);
  });

  it("sees data that a peer who does not read leaves unsent", async () => {
    const { near, far } = await socketPair();
    far.pause();
    near.write(Buffer.alloc(16_000_000));
    const info = await untilInfo(near, ({ notSentBytes = 0 }) => notSentBytes > 0);
    expect(info.notSentBytes).toBeGreaterThan(0);
  });

  it("reads through TLS", async () => {
    const { near } = await tlsPair();
    expect(readTcpInfo(near)).toMatchObject({ kind: "read", state: "established" });
  });

  it("follows the states of the connection", async () => {
    const { near, far } = await socketPair({ allowHalfOpen: true });
    near.end();
    expect(await untilInfo(near, ({ state }) => state === "fin-wait-2")).toMatchObject({
      state: "fin-wait-2",
    });
    expect(infoOf(far)).toMatchObject({ state: "close-wait" });
  });

  it("says why there is nothing to read", async () => {
    const { near } = await socketPair();
    expect(readTcpInfo(new net.Socket())).toEqual({
      kind: "unreadable",
      why: "the socket is not connected yet",
    });
    expect(readTcpInfoWith(near, calls, "darwin")).toEqual({
      kind: "unreadable",
      why: "unsupported on darwin",
    });
    expect(readTcpInfoWith(near, { kind: "unavailable", why: "no koffi" }, "linux")).toEqual({
      kind: "unreadable",
      why: "no koffi",
    });
    near.destroy();
    await untilClosed(near);
    expect(readTcpInfo(near)).toEqual({ kind: "unreadable", why: "the socket is destroyed" });
  });
});

describe.skipIf(noSs !== undefined)(`readTcpInfo beside ss (${noSs ?? "of iproute2"})`, () => {
  it("says the same", async () => {
    const { near, far } = await socketPair();
    near.resume();
    far.resume();
    for (let round = 1; round <= 20; round++) {
      near.write(Buffer.alloc(5000));
      await untilInfo(near, ({ bytesAcked }) => bytesAcked === round * 5000 + 1);
    }
    const ss = socketDetails(near.localPort!);
    const info = infoOf(near);
    const number = (name: string): number | undefined => {
      const value = ss.get(name);
      return value === undefined ? undefined : Number(value);
    };
    const [rttMs, rttVarianceMs] = (ss.get("rtt") ?? "").split("/").map(Number);
    expect(info.rttMs).toBeCloseTo(rttMs!, 2);
    expect(info.rttVarianceMs).toBeCloseTo(rttVarianceMs!, 2);
    expect(info.minRttMs).toBeCloseTo(number("minrtt")!, 2);
    // ss prints it in whole milliseconds.
    expect(Math.abs(info.rtoMs! - number("rto")!)).toBeLessThanOrEqual(1);
    expect(ss.get("wscale")).toBe(`${info.sendWindowScale},${info.receiveWindowScale}`);
    expect(info).toMatchObject({
      sendMssOctets: number("mss"),
      pathMtuOctets: number("pmtu"),
      receiveMssOctets: number("rcvmss"),
      advertisedMssOctets: number("advmss"),
      congestionWindowSegments: number("cwnd"),
      bytesSent: number("bytes_sent"),
      bytesAcked: number("bytes_acked"),
      segmentsOut: number("segs_out"),
      segmentsIn: number("segs_in"),
      dataSegmentsOut: number("data_segs_out"),
      receiveSpaceOctets: number("rcv_space"),
      receiveWindowClampOctets: number("rcv_ssthresh"),
      deliveredSegments: number("delivered"),
      sendWindowOctets: number("snd_wnd"),
    });
    // Ages go on between the two.
    for (const [name, ageMs] of [
      ["lastsnd", info.lastDataSentMs],
      ["lastrcv", info.lastDataReceivedMs],
      ["lastack", info.lastAckReceivedMs],
    ] as const) {
      expect(ageMs! - (number(name) ?? 0)).toBeGreaterThanOrEqual(0);
      expect(ageMs! - (number(name) ?? 0)).toBeLessThan(PATIENCE_MS);
    }
  });
});
