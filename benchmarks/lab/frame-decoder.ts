/** Which way a frame goes, seen from the monitor. */
export type FrameDirection = "out" | "in";

/** A frame on the monitor's link. */
export interface Frame {
  /** When it passed, on the clock of `monotonicMs`. */
  readonly atMs: number;
  readonly direction: FrameDirection;
  /** With the Ethernet header of 14 octets; without padding and frame check sequence. */
  readonly octets: number;
  readonly content: FrameContent;
  /** The content in one line. */
  readonly summary: string;
}

/** What a frame carries. */
export type FrameContent = TcpSegment | UdpDatagram | IcmpMessage | OtherFrame;

/** The flags of a TCP header, in the order in which they are told. */
export type TcpFlag = "SYN" | "FIN" | "RST" | "PSH" | "ACK" | "URG";

/** A TCP segment. */
export interface TcpSegment {
  readonly protocol: "tcp";
  /** Address and port. */
  readonly source: string;
  readonly destination: string;
  readonly flags: readonly TcpFlag[];
  /** Relative to the first seen in its direction. */
  readonly seq: number;
  /** Relative to the first seen in the other direction; 0 without the flag ACK. */
  readonly ack: number;
  /** Octets of payload. */
  readonly length: number;
  /** What it is besides, as far as the segments before it tell. */
  readonly mark?: TcpMark;
}

/**
 * `keepalive-probe`: repeats the last octet that has been acknowledged, or none, to get an answer;
 * `keepalive-ack`: that answer; `retransmission`: nothing in it is new.
 */
export type TcpMark = "keepalive-probe" | "keepalive-ack" | "retransmission";

/** A UDP datagram. */
export interface UdpDatagram {
  readonly protocol: "udp";
  /** Address and port. */
  readonly source: string;
  readonly destination: string;
  /** Octets of payload. */
  readonly length: number;
}

/** An ICMP message. */
export interface IcmpMessage {
  readonly protocol: "icmp";
  readonly source: string;
  readonly destination: string;
  readonly type: number;
  readonly code: number;
}

/** A frame of another kind. */
export interface OtherFrame {
  readonly protocol: "arp" | "other";
  readonly etherType: number;
}

const ETHER_HEADER = 14;
const FLAG_BITS: readonly (readonly [TcpFlag, number])[] = [
  ["SYN", 0x02],
  ["FIN", 0x01],
  ["RST", 0x04],
  ["PSH", 0x08],
  ["ACK", 0x10],
  ["URG", 0x20],
];

/** One direction of a TCP connection. */
interface Flow {
  readonly first: number;
  /** The sequence number after the last seen. */
  next: number;
  /** Its last segment was a keepalive probe that has not been answered. */
  probing: boolean;
  /** Its only segment so far, if that is empty: its answer may yet show that it was a keepalive probe. */
  puzzle: Markable | undefined;
  /** Nothing of it has been seen. */
  fresh: boolean;
}

/** A segment that can still be explained by what follows. */
type Markable = Omit<TcpSegment, "mark"> & { mark?: TcpMark };

/**
 * Tells what frames carry. It remembers connections: what a segment means depends on those before it. And now
 * and then on the one after it, which may then add a mark to what has been told already.
 */
export class FrameDecoder {
  readonly #flows = new Map<string, Flow>();

  /** Decodes the headers of a frame; the frames must come in order. */
  decode(head: Buffer): FrameContent {
    const etherType = head.length < ETHER_HEADER ? 0 : head.readUInt16BE(12);
    if (etherType === 0x0806) return { protocol: "arp", etherType };
    const ip = head.subarray(ETHER_HEADER);
    const headerLength = ((ip[0] ?? 0) & 0x0f) * 4;
    if (etherType !== 0x0800 || ip.length < headerLength + 8) return { protocol: "other", etherType };
    const payloadLength = ip.readUInt16BE(2) - headerLength;
    const [from, to] = [dotted(ip, 12), dotted(ip, 16)];
    const payload = ip.subarray(headerLength);
    const [type = 0, code = 0] = payload;
    const ends = () => ({
      source: `${from}:${payload.readUInt16BE(0)}`,
      destination: `${to}:${payload.readUInt16BE(2)}`,
    });
    switch (ip[9]) {
      case 1:
        return { protocol: "icmp", source: from, destination: to, type, code };
      case 6:
        return payload.length < 20
          ? { protocol: "other", etherType }
          : this.#segment(payload, payloadLength, ends());
      case 17:
        return { protocol: "udp", ...ends(), length: payloadLength - 8 };
      default:
        return { protocol: "other", etherType };
    }
  }

  #segment(tcp: Buffer, tcpLength: number, ends: { source: string; destination: string }): TcpSegment {
    const bits = tcp.readUInt8(13);
    const flags = FLAG_BITS.filter(([, bit]) => bits & bit).map(([flag]) => flag);
    const length = tcpLength - (tcp.readUInt8(12) >> 4) * 4;
    const seq = tcp.readUInt32BE(4);
    const span = length + (flags.includes("SYN") ? 1 : 0) + (flags.includes("FIN") ? 1 : 0);
    const flow = this.#flow(`${ends.source} ${ends.destination}`, seq, flags.includes("SYN"));
    const acknowledges = flags.includes("ACK") && !flags.includes("RST");
    const ack = tcp.readUInt32BE(8);
    const reverse = acknowledges ? this.#flow(`${ends.destination} ${ends.source}`, ack, false) : undefined;
    const mark = markOf(flow, reverse, { flags, seq, ack, length, span });
    const segment: Markable = {
      protocol: "tcp",
      ...ends,
      flags,
      seq: distance(flow.first, seq),
      ack: reverse === undefined ? 0 : distance(reverse.first, ack),
      length,
      ...(mark && { mark }),
    };
    flow.probing = mark === "keepalive-probe";
    flow.puzzle = flow.fresh && span === 0 ? segment : undefined;
    flow.fresh = false;
    if (distance(flow.next, seq + span) > 0) flow.next = (seq + span) >>> 0;
    if (reverse) learnFromAnswer(reverse, ack);
    return segment;
  }

  #flow(key: string, seq: number, opens: boolean): Flow {
    const known = this.#flows.get(key);
    // The same ports again: a new connection, unless this is its SYN once more.
    if (known !== undefined && !(opens && seq !== known.first)) return known;
    const flow: Flow = { first: seq, next: seq, probing: false, puzzle: undefined, fresh: true };
    this.#flows.set(key, flow);
    return flow;
  }
}

/** What of a segment decides about its mark; `span` counts SYN and FIN too. */
interface SegmentNumbers {
  readonly flags: readonly TcpFlag[];
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly span: number;
}

function markOf(
  flow: Flow,
  reverse: Flow | undefined,
  { flags, seq, ack, length, span }: SegmentNumbers,
): TcpMark | undefined {
  const pure = flags.every((flag) => flag === "ACK" || flag === "PSH");
  const step = distance(flow.next, seq);
  if (pure && length <= 1 && step === -1) return "keepalive-probe";
  if (span > 0 && distance(flow.next, seq + span) <= 0) return "retransmission";
  const answers = reverse?.probing || (reverse?.puzzle && distance(reverse.next, ack) === 1);
  return pure && length === 0 && answers ? "keepalive-ack" : undefined;
}

/** A capture that began in the middle of a connection learns from an answer what had been sent before. */
function learnFromAnswer(flow: Flow, ack: number): void {
  const step = distance(flow.next, ack);
  // An empty segment, the first seen, and more is acknowledged than it reached: so it stepped back to probe.
  if (flow.puzzle && step === 1) flow.puzzle.mark = "keepalive-probe";
  if (step > 0) flow.next = ack;
  flow.probing = false;
  flow.puzzle = undefined;
}

/** From one sequence number to another, which wrap around at 2^32. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}

function dotted(octets: Buffer, offset: number): string {
  return octets.subarray(offset, offset + 4).join(".");
}

/** A frame's content in one line, for a timeline. */
export function summarize(content: FrameContent): string {
  switch (content.protocol) {
    case "tcp": {
      const { source, destination, flags, seq, ack, length, mark } = content;
      const acknowledgement = flags.includes("ACK") ? ` ack ${ack}` : "";
      const note = mark === undefined ? "" : ` (${mark.replace("-", " ")})`;
      return `TCP ${source} > ${destination} ${flags.join(" ")} seq ${seq}${acknowledgement} len ${length}${note}`;
    }
    case "udp":
      return `UDP ${content.source} > ${content.destination} len ${content.length}`;
    case "icmp":
      return `ICMP ${content.source} > ${content.destination} ${icmpName(content)}`;
    case "arp":
      return "ARP";
    case "other":
      return `EtherType 0x${content.etherType.toString(16).padStart(4, "0")}`;
  }
}

const UNREACHABLE: Readonly<Record<number, string>> = { 0: "network", 1: "host", 3: "port" };

function icmpName({ type, code }: IcmpMessage): string {
  const what = UNREACHABLE[code];
  return type === 3 && what !== undefined ? `${what} unreachable` : `type ${type} code ${code}`;
}
