/** The most octets a heartbeat's payload may hold; one length octet goes before it on the wire. */
export const MAX_PAYLOAD_OCTETS = 255;

/** What heartbeats that tell of life have in common. */
interface Limiting {
  /**
   * The sender asks not to be sent heartbeats more often than this, as BFD's Required Min RX Interval does
   * (RFC 5880, 4.1). Whole milliseconds, 0 to 2^32 - 1; absent or 0: as often as you like.
   */
  readonly minReceiveMs?: number;
}

/** One way: "I live; expect my next beat within `intervalMs`". Zero promises nothing. */
export interface Beat extends Limiting {
  readonly kind: "beat";
  /** Counts this sender's beats on this link, modulo 2^32. */
  readonly seq: number;
  /** Whole milliseconds, 0 to 2^32 - 1. */
  readonly intervalMs: number;
  /** 1 to {@link MAX_PAYLOAD_OCTETS} octets of the application's own, such as its health. */
  readonly payload?: Uint8Array;
}

/** A question to the peer; it answers with an {@link Echo} of the same `seq` and payload. */
export interface Probe extends Limiting {
  readonly kind: "probe";
  /** Counts this sender's probes on this link, modulo 2^32. */
  readonly seq: number;
  /** 1 to {@link MAX_PAYLOAD_OCTETS} octets that the peer sends back. */
  readonly payload?: Uint8Array;
}

/** The answer to a {@link Probe}: proves that the peer received it, and gives the round-trip time. */
export interface Echo extends Limiting {
  readonly kind: "echo";
  /** The probe's own number. */
  readonly seq: number;
  /** The probe's own payload. */
  readonly payload?: Uint8Array;
}

/** The orderly end: the sender stops on purpose and must not be called dead for its silence. */
export interface Bye {
  readonly kind: "bye";
}

/** A message of ours on the wire, version 0. */
export type Heartbeat = Beat | Probe | Echo | Bye;
