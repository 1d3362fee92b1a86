import { MAX_MESSAGE_OCTETS } from "./message-codec.js";

/**
 * The octets of a binary message as `ws` delivers it (a Buffer, an ArrayBuffer, or a list of fragments), or
 * `undefined` when it is too long for a heartbeat; a long message is never copied or looked at.
 */
export function shortOctetsOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data.length <= MAX_MESSAGE_OCTETS ? data : undefined;
  if (data instanceof ArrayBuffer) {
    return data.byteLength <= MAX_MESSAGE_OCTETS ? new Uint8Array(data) : undefined;
  }
  if (!Array.isArray(data)) return undefined;
  return data.length === 1 ? shortOctetsOf(data[0]) : joinShort(data);
}

function joinShort(fragments: readonly unknown[]): Uint8Array | undefined {
  const joined = new Uint8Array(MAX_MESSAGE_OCTETS);
  let length = 0;
  for (const fragment of fragments) {
    if (!(fragment instanceof Uint8Array) || length + fragment.length > MAX_MESSAGE_OCTETS) return undefined;
    joined.set(fragment, length);
    length += fragment.length;
  }
  return joined.subarray(0, length);
}
