/**
 * True if `seq` comes after `than` in a 32-bit sequence that wraps, by serial number arithmetic (RFC 1982,
 * section 3.2). Exactly half the number space apart is undefined there; here it is not newer.
 */
export function isNewer(seq: number, than: number): boolean {
  return ((seq - than) | 0) > 0;
}

/** The next sequence number, modulo 2^32. */
export function nextSerial(seq: number): number {
  return (seq + 1) >>> 0;
}
