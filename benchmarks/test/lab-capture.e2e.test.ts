import { beforeEach, describe, expect, it } from "vitest";
import type { Frame, FrameTotals, WireCounters } from "../lab/index.js";
import { observe, visitors, whyNoLab } from "./lab/outside.js";

type Totals = Readonly<Record<"out" | "in", FrameTotals>>;

interface CaptureAll {
  readonly before: WireCounters;
  readonly after: WireCounters;
  readonly totals: Totals;
  readonly udpTotals: Totals;
  readonly count: number;
}

interface CaptureTimes {
  readonly beforeMs: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly afterMs: number;
  readonly clockErrorMs: number;
  readonly times: readonly {
    readonly sentMs: number;
    readonly capturedMs: number;
    readonly arrivedMs: number;
  }[];
}

describe.each(visitors)("captured frames $title", (visitor) => {
  const why = whyNoLab(visitor);
  beforeEach((context) => {
    if (why !== undefined) {
      context.skip(why);
    }
  });

  it("are exactly those that the interface has counted", async () => {
    const { before, after, totals, count } = await observe<CaptureAll>(visitor, "captureAll");
    for (const direction of ["out", "in"] as const) {
      expect(totals[direction]).toMatchObject({
        frames: after[direction].frames - before[direction].frames,
        octets: after[direction].octets - before[direction].octets,
      });
    }
    expect(count).toBe(totals.out.frames + totals.in.frames);
    expect(count).toBeGreaterThan(1000);
  });

  it("are summed up with the Ethernet minimum, too", async () => {
    const { udpTotals } = await observe<CaptureAll>(visitor, "captureAll");
    // Headers are 42 octets: up to 18 of payload fill a frame of 60.
    const payloads = [0, 8, 18, 19, 1472].map((octets) => 42 + octets);
    const sum = (sizes: readonly number[]) => 5 * sizes.reduce((total, each) => total + each, 0);
    expect(udpTotals).toEqual({
      out: {
        frames: 25,
        octets: sum(payloads),
        paddedOctets: sum([60, 60, 60, 61, 1514]),
      },
      in: { frames: 7, octets: 7 * 51, paddedOctets: 7 * 60 },
    });
  });

  it("tell the story of a connection", async () => {
    const frames = await observe<readonly Frame[]>(visitor, "captureConnection");
    const told = frames.map(({ direction, octets, summary }) => {
      const words = summary.replace(/\d+\.\d+\.\d+\.\d+:(7000|\d+)/g, (_, port) =>
        port === "7000" ? "server" : "client",
      );
      return `${direction} ${octets} ${words}`;
    });
    const retransmission = "out 71 TCP client > server PSH ACK seq 1 ack 1 len 5 (retransmission)";
    // How often the data is sent again depends on the machine's pace.
    const story = told.filter((line) => line !== retransmission);
    expect(told).toContain(retransmission);
    expect(story.slice(0, 6)).toEqual([
      "out 74 TCP client > server SYN seq 0 len 0",
      "in 74 TCP server > client SYN ACK seq 0 ack 1 len 0",
      "out 66 TCP client > server ACK seq 1 ack 1 len 0",
      "out 66 TCP client > server ACK seq 0 ack 1 len 0 (keepalive probe)",
      "in 66 TCP server > client ACK seq 1 ack 1 len 0 (keepalive ack)",
      "out 71 TCP client > server PSH ACK seq 1 ack 1 len 5",
    ]);
    expect(story).toContain("out 51 UDP server > server len 9");
    expect(story.some((line) => line.startsWith("in 66 TCP server > client FIN ACK"))).toBe(true);
    expect(story.at(-1)).toBe("in 88 ICMP 10.0.2.2 > 10.0.1.2 port unreachable");
  });

  it("are refused as a whole if some are missing", async () => {
    const { said } = await observe<{ said: string }>(visitor, "captureTooMuch");
    const lost = Number(/^Error: The capture has holes: (\d+) frames/.exec(said)?.[1]);
    // 70 000 full segments, the room for 65 536, and acknowledgements for some.
    expect(lost).toBeGreaterThan(70_000 - 65_536);
  });

  it("are timed on the clock that all processes share", async () => {
    const seen = await observe<CaptureTimes>(visitor, "captureTimes");
    expect(seen.times).toHaveLength(100);
    expect(seen.clockErrorMs).toBeLessThan(1);
    expect(seen.sinceMs).toBeGreaterThan(seen.beforeMs);
    expect(seen.untilMs).toBeLessThan(seen.afterMs);
    for (const { sentMs, capturedMs, arrivedMs } of seen.times) {
      expect(capturedMs).toBeGreaterThan(sentMs - seen.clockErrorMs);
      expect(capturedMs).toBeLessThan(arrivedMs + seen.clockErrorMs);
    }
  });
});
