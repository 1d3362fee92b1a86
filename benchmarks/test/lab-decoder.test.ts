import { describe, expect, it } from "vitest";
import { totalsOf } from "../lab/capture.js";
import { FrameDecoder, summarize, type TcpSegment } from "../lab/frame-decoder.js";

const CLIENT = [10, 0, 1, 2];
const SERVER = [10, 0, 2, 2];
const ACK = 0x10;
const SYN = 0x02;
const FIN = 0x01;

function ethernet(etherType: number, payload: readonly number[]): Buffer {
  return Buffer.from([...new Array(12).fill(2), etherType >> 8, etherType & 0xff, ...payload]);
}

function ipv4(protocol: number, from: readonly number[], to: readonly number[], payload: Buffer): Buffer {
  const length = 20 + payload.length;
  const header = [0x45, 0, length >> 8, length & 0xff, 0, 0, 0, 0, 64, protocol, 0, 0, ...from, ...to];
  return ethernet(0x0800, [...header, ...payload]);
}

function tcp(sender: "client" | "server", flags: number, seq: number, ack: number, length = 0): Buffer {
  const [from, to] = sender === "client" ? [CLIENT, SERVER] : [SERVER, CLIENT];
  const segment = Buffer.alloc(20 + length);
  segment.writeUInt16BE(sender === "client" ? 4000 : 80, 0);
  segment.writeUInt16BE(sender === "client" ? 80 : 4000, 2);
  segment.writeUInt32BE(seq >>> 0, 4);
  segment.writeUInt32BE(ack >>> 0, 8);
  segment[12] = 5 << 4;
  segment[13] = flags;
  return ipv4(6, from, to, segment);
}

/** Decodes segments in a row. */
function follow(...segments: readonly Buffer[]): TcpSegment[] {
  const decoder = new FrameDecoder();
  return segments.map((segment) => decoder.decode(segment)).filter((each) => each.protocol === "tcp");
}

const marks = (segments: readonly TcpSegment[]) => segments.map(({ mark }) => mark);

describe("the decoder", () => {
  it("tells what a frame of any kind is", () => {
    const decoder = new FrameDecoder();
    const say = (frame: Buffer) => summarize(decoder.decode(frame));
    const udp = Buffer.from([0x0f, 0xa0, 0x13, 0x88, 0, 11, 0, 0, 1, 2, 3]);
    expect(say(ipv4(17, CLIENT, SERVER, udp))).toBe("UDP 10.0.1.2:4000 > 10.0.2.2:5000 len 3");
    const icmp = (type: number, code: number) =>
      ipv4(1, SERVER, CLIENT, Buffer.from([type, code, 0, 0, 0, 0, 0, 0]));
    expect(say(icmp(3, 0))).toBe("ICMP 10.0.2.2 > 10.0.1.2 network unreachable");
    expect(say(icmp(8, 0))).toBe("ICMP 10.0.2.2 > 10.0.1.2 type 8 code 0");
    expect(say(ethernet(0x0806, new Array(28).fill(0)))).toBe("ARP");
    expect(say(ethernet(0x86dd, new Array(40).fill(0)))).toBe("EtherType 0x86dd");
    expect(say(Buffer.from([1, 2, 3]))).toBe("EtherType 0x0000");
    expect(say(ipv4(6, CLIENT, SERVER, Buffer.alloc(10)))).toBe("EtherType 0x0800");
  });

  it("counts sequence numbers from the first, across their wrap", () => {
    const start = 2 ** 32 - 1;
    const told = follow(
      tcp("client", SYN, start, 0),
      tcp("server", SYN | ACK, 500, start + 1),
      tcp("client", ACK, start + 1, 501, 10),
      tcp("server", ACK, 501, start + 11),
    );
    expect(told.map(({ seq, ack, length }) => [seq, ack, length])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [1, 1, 10],
      [1, 11, 0],
    ]);
    expect(marks(told)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("knows a retransmission: of data, of a SYN, of a FIN", () => {
    const told = follow(
      tcp("client", SYN, 0, 0),
      tcp("client", SYN, 0, 0),
      tcp("client", ACK, 1, 1, 5),
      tcp("client", ACK, 1, 1, 5),
      tcp("client", ACK, 1, 1, 9), // The same and more: that is new.
      tcp("client", ACK | FIN, 10, 1),
      tcp("client", ACK | FIN, 10, 1),
    );
    const again = "retransmission";
    expect(marks(told)).toEqual([undefined, again, undefined, again, undefined, undefined, again]);
  });

  it("knows a keepalive probe, with an octet or without, and its answer", () => {
    const told = follow(
      tcp("client", SYN, 0, 0),
      tcp("server", SYN | ACK, 0, 1),
      tcp("client", ACK, 0, 1),
      tcp("server", ACK, 1, 1),
      tcp("client", ACK, 0, 1, 1),
      tcp("client", ACK, 0, 1, 1),
      tcp("server", ACK, 1, 1),
      tcp("server", ACK, 1, 1),
    );
    const [probe, answer] = ["keepalive-probe", "keepalive-ack"];
    expect(marks(told)).toEqual([undefined, undefined, probe, answer, probe, probe, answer, undefined]);
  });

  it("knows them even if the capture began later than the connection", () => {
    const probe = tcp("client", ACK, 999, 7000);
    const answer = tcp("server", ACK, 7000, 1000);
    const told = follow(probe, answer, probe, answer);
    expect(marks(told)).toEqual(["keepalive-probe", "keepalive-ack", "keepalive-probe", "keepalive-ack"]);
    // Not so if it was no probe: the answer acknowledges nothing beyond it.
    expect(marks(follow(tcp("client", ACK, 1000, 7000), answer))).toEqual([undefined, undefined]);
  });

  it("begins anew when ports are used again", () => {
    const told = follow(
      tcp("client", SYN, 100, 0),
      tcp("client", ACK, 101, 1, 50),
      tcp("client", SYN, 90, 0),
      tcp("client", ACK, 91, 1, 5),
    );
    expect(marks(told)).toEqual([undefined, undefined, undefined, undefined]);
    expect(told.map(({ seq }) => seq)).toEqual([0, 1, 0, 1]);
  });
});

it("totals pad each frame to the Ethernet minimum", () => {
  const content = { protocol: "arp", etherType: 0x0806 } as const;
  const frame = (direction: "out" | "in", octets: number) => ({
    atMs: 0,
    direction,
    octets,
    content,
    summary: "ARP",
  });
  expect(totalsOf([frame("out", 42), frame("out", 60), frame("out", 61)])).toEqual({
    out: { frames: 3, octets: 163, paddedOctets: 181 },
    in: { frames: 0, octets: 0, paddedOctets: 0 },
  });
});
