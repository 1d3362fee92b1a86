/** The octets of each frame that crosses the wire, Ethernet header in, padding and FCS out. */
export interface ExchangeCost {
  /** Frames this end sends, the octets of each. */
  readonly out: readonly number[];
  /** Frames the peer sends in return, the octets of each. */
  readonly in: readonly number[];
}

/** What a transport puts on the wire. */
export interface WireCost {
  /** One probe, its echo, and the acknowledgements they cause. For TCP keepalive: one kernel probe. */
  readonly probe: ExchangeCost;
  /** One beat and the acknowledgements it causes. */
  readonly beat: ExchangeCost;
  /** What a lost frame becomes: a lost heartbeat, or a retransmitted and so late one. */
  readonly loss: "drops" | "delays";
}

/** Ethernet 14 + IPv4 20 + TCP 20 + timestamps 12: Linux's defaults; also the size of a bare acknowledgement. */
export const TCP_SEGMENT_OCTETS = 66;
/** Ethernet 14 + IPv4 20 + UDP 8. */
export const UDP_DATAGRAM_OCTETS = 42;
/** A beat, without payload. */
export const BEAT_OCTETS = 9;
/** A probe or an echo, without payload. */
export const PROBE_OCTETS = 5;

/**
 * The cost over a TCP stream where a message of ours takes `probeOut`, `echoIn` and `beatOut` octets of the
 * stream: the echo carries the probe's acknowledgement, and is itself acknowledged by a bare segment.
 */
export function streamCost(octets: { probeOut: number; echoIn: number; beatOut: number }): WireCost {
  return {
    probe: {
      out: [TCP_SEGMENT_OCTETS + octets.probeOut, TCP_SEGMENT_OCTETS],
      in: [TCP_SEGMENT_OCTETS + octets.echoIn],
    },
    beat: { out: [TCP_SEGMENT_OCTETS + octets.beatOut], in: [TCP_SEGMENT_OCTETS] },
    loss: "delays",
  };
}

/** The cost in datagrams with an envelope of `envelopeOctets` around each heartbeat. */
export function datagramCost(envelopeOctets: number): WireCost {
  const probe = UDP_DATAGRAM_OCTETS + envelopeOctets + PROBE_OCTETS;
  return {
    probe: { out: [probe], in: [probe] },
    beat: { out: [UDP_DATAGRAM_OCTETS + envelopeOctets + BEAT_OCTETS], in: [] },
    loss: "drops",
  };
}
