import { describe, expect, it } from "vitest";
import {
  BEAT_OCTETS,
  datagramCost,
  type ExchangeCost,
  frameOctets,
  PROBE_OCTETS,
  streamCost,
} from "../src/index.js";

const total = ({ out, in: back }: ExchangeCost) => [...out, ...back].reduce((sum, octets) => sum + octets, 0);

describe("what a check costs on the wire, Ethernet header in, as captured", () => {
  it("over TCP, 8 octets echoed: 74 + 74 + 66", () => {
    const { probe } = streamCost({ probeOut: 8, echoIn: 8, beatOut: 8 });
    expect(probe).toEqual({ out: [74, 66], in: [74] });
    expect(total(probe)).toBe(214);
  });

  it("over TCP, 8 octets one way: 74 + 66", () => {
    expect(total(streamCost({ probeOut: 8, echoIn: 8, beatOut: 8 }).beat)).toBe(140);
  });

  it("over WebSocket, an empty ping masked by the client, and its pong: 72 + 68 + 66", () => {
    expect(total(streamCost({ probeOut: 6, echoIn: 2, beatOut: 6 }).probe)).toBe(206);
  });

  it("over UDP a beat is one datagram, which nothing answers: 42 + 5 + 9", () => {
    const { beat, probe } = datagramCost(5);
    expect(beat).toEqual({ out: [56], in: [] });
    expect(probe).toEqual({ out: [52], in: [52] });
  });

  it("less than half of a keepalive probe with its answer, also where the wire pads to 60", () => {
    const keepaliveOctets = 66 + 66;
    expect(Math.max(60, total(datagramCost(5).beat))).toBeLessThan(keepaliveOctets / 2);
  });

  it("counts the octets that the codec writes", () => {
    expect(frameOctets({ kind: "beat", seq: 0, intervalMs: 0 })).toBe(BEAT_OCTETS);
    expect(frameOctets({ kind: "probe", seq: 0 })).toBe(PROBE_OCTETS);
  });
});
