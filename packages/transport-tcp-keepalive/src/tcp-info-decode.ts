import type { CongestionState, TcpInfoNumber, TcpInfoReading, TcpNegotiated, TcpState } from "./tcp-info.js";

/** The order of the octets in a number. */
export type ByteOrder = "little" | "big";

const HOST_ORDER: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";

/** By number, from 1: include/net/tcp_states.h. */
const STATES: readonly TcpState[] = [
  "unknown",
  "established",
  "syn-sent",
  "syn-received",
  "fin-wait-1",
  "fin-wait-2",
  "time-wait",
  "closed",
  "close-wait",
  "last-ack",
  "listen",
  "closing",
  "new-syn-received",
  "bound-inactive",
];

/** enum tcp_ca_state. */
const CONGESTION_STATES: readonly CongestionState[] = [
  "open",
  "disorder",
  "congestion-window-reduced",
  "recovery",
  "loss",
];

/** TCP_INFINITE_SSTHRESH, include/net/tcp.h. */
const INFINITE_THRESHOLD = 0x7fff_ffff;
const MAX_UINT32 = 0xffff_ffff;
/** As nearly as a number holds it; a rate is never that high. */
const MAX_UINT64 = 2 ** 64;

/**
 * Reads what getsockopt(TCP_INFO) wrote, however much that is: kernels differ, and a field that does not lie
 * within `bytes` as a whole is `undefined`. Never throws, whatever it is given; octets behind the known fields are passed over.
 *
 * @param order that of the machine the octets are from; default: this one's.
 * @returns `unreadable` when there is not even the state, the first octet, or when these are no octets at all.
 */
export function decodeTcpInfo(bytes: Uint8Array, order: ByteOrder = HOST_ORDER): TcpInfoReading {
  if (!(bytes instanceof Uint8Array)) {
    return { kind: "unreadable", why: `TCP_INFO must be a Uint8Array, not ${typeof bytes}` };
  }
  const at = new Fields(bytes, order);
  const state = at.uint8(0);
  if (state === undefined) return { kind: "unreadable", why: "TCP_INFO has no octets" };
  return {
    kind: "read",
    octets: bytes.length,
    state: STATES[state] ?? "unknown",
    congestionState: congestionStateOf(at.uint8(1)),
    retransmits: at.uint8(2),
    unansweredProbes: at.uint8(3),
    backoff: at.uint8(4),
    negotiated: negotiatedIn(at.uint8(5)),
    sendWindowScale: at.bits(6, 0, 4),
    receiveWindowScale: at.bits(6, 4, 4),
    deliveryRateAppLimited: flagOf(at.bits(7, 0, 1)),
    rtoMs: millisecondsOf(at.uint32(8)),
    delayedAckMs: millisecondsOf(at.uint32(12)),
    sendMssOctets: at.uint32(16),
    receiveMssOctets: at.uint32(20),
    unacknowledgedSegments: at.uint32(24),
    sackedSegments: at.uint32(28),
    lostSegments: at.uint32(32),
    retransmittedSegments: at.uint32(36),
    lastDataSentMs: at.uint32(44),
    lastDataReceivedMs: at.uint32(52),
    lastAckReceivedMs: at.uint32(56),
    pathMtuOctets: at.uint32(60),
    receiveWindowClampOctets: at.uint32(64),
    rttMs: millisecondsOf(at.uint32(68)),
    rttVarianceMs: millisecondsOf(at.uint32(72)),
    slowStartThresholdSegments: limitOf(at.uint32(76), INFINITE_THRESHOLD),
    congestionWindowSegments: at.uint32(80),
    advertisedMssOctets: at.uint32(84),
    reorderingSegments: at.uint32(88),
    receiveRttMs: millisecondsOf(at.uint32(92)),
    receiveSpaceOctets: at.uint32(96),
    totalRetransmits: at.uint32(100),
    pacingRate: limitOf(at.uint64(104), MAX_UINT64),
    maxPacingRate: limitOf(at.uint64(112), MAX_UINT64),
    bytesAcked: at.uint64(120),
    bytesReceived: at.uint64(128),
    segmentsOut: at.uint32(136),
    segmentsIn: at.uint32(140),
    notSentBytes: at.uint32(144),
    minRttMs: millisecondsOf(unlessUnset(at.uint32(148))),
    dataSegmentsIn: at.uint32(152),
    dataSegmentsOut: at.uint32(156),
    deliveryRate: at.uint64(160),
    busyMs: millisecondsOf(at.uint64(168)),
    receiveWindowLimitedMs: millisecondsOf(at.uint64(176)),
    sendBufferLimitedMs: millisecondsOf(at.uint64(184)),
    deliveredSegments: at.uint32(192),
    deliveredMarkedSegments: at.uint32(196),
    bytesSent: at.uint64(200),
    bytesRetransmitted: at.uint64(208),
    duplicatesReported: at.uint32(216),
    reorderingsSeen: at.uint32(220),
    outOfOrderSegmentsIn: at.uint32(224),
    sendWindowOctets: at.uint32(228),
    receiveWindowOctets: at.uint32(232),
    rehashes: at.uint32(236),
    totalRtos: at.uint16(240),
    totalRtoRecoveries: at.uint16(242),
    totalRtoMs: at.uint32(244),
  };
}

/** Numbers by their offset, `undefined` where the octets end too soon. */
class Fields {
  readonly #view: DataView;
  readonly #littleEndian: boolean;

  constructor(bytes: Uint8Array, order: ByteOrder) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = order === "little";
  }

  uint8(offset: number): TcpInfoNumber {
    return this.#holds(offset, 1) ? this.#view.getUint8(offset) : undefined;
  }

  uint16(offset: number): TcpInfoNumber {
    return this.#holds(offset, 2) ? this.#view.getUint16(offset, this.#littleEndian) : undefined;
  }

  uint32(offset: number): TcpInfoNumber {
    return this.#holds(offset, 4) ? this.#view.getUint32(offset, this.#littleEndian) : undefined;
  }

  uint64(offset: number): TcpInfoNumber {
    if (!this.#holds(offset, 8)) return undefined;
    const first = this.#view.getUint32(offset, this.#littleEndian);
    const second = this.#view.getUint32(offset + 4, this.#littleEndian);
    return this.#littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }

  /** A bit field: C compilers fill an octet from its low end on little-endian machines, else from its high end. */
  bits(offset: number, skipped: number, width: number): TcpInfoNumber {
    const octet = this.uint8(offset);
    if (octet === undefined) return undefined;
    const shift = this.#littleEndian ? skipped : 8 - skipped - width;
    return (octet >> shift) & (2 ** width - 1);
  }

  #holds(offset: number, octets: number): boolean {
    return offset + octets <= this.#view.byteLength;
  }
}

function millisecondsOf(microseconds: TcpInfoNumber): TcpInfoNumber {
  return microseconds === undefined ? undefined : microseconds / 1000;
}

function limitOf(value: TcpInfoNumber, unlimited: number): TcpInfoNumber {
  return value === unlimited ? Number.POSITIVE_INFINITY : value;
}

function unlessUnset(value: TcpInfoNumber): TcpInfoNumber {
  return value === MAX_UINT32 ? undefined : value;
}

function flagOf(bit: TcpInfoNumber): boolean | undefined {
  return bit === undefined ? undefined : bit === 1;
}

function congestionStateOf(number: TcpInfoNumber): CongestionState | undefined {
  return number === undefined ? undefined : (CONGESTION_STATES[number] ?? "unknown");
}

/** The TCPI_OPT_ constants. */
function negotiatedIn(options: TcpInfoNumber): TcpNegotiated | undefined {
  if (options === undefined) return undefined;
  const has = (bit: number): boolean => (options & bit) !== 0;
  return {
    timestamps: has(1),
    selectiveAcknowledgements: has(2),
    windowScaling: has(4),
    explicitCongestionNotification: has(8),
    congestionMarkSeen: has(16),
    synDataAccepted: has(32),
  };
}
