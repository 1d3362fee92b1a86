import type { Socket } from "node:net";
import type { OptionNumber } from "./option-numbers.js";
import { descriptorOf, whyNoKeepalive } from "./socket-handle.js";
import { type SystemCalls, systemCalls, type Unavailable } from "./system-calls.js";
import type { TcpInfoReading, TcpInfoUnreadable } from "./tcp-info.js";
import { decodeTcpInfo } from "./tcp-info-decode.js";

/** IPPROTO_TCP and TCP_INFO, include/uapi/linux/tcp.h. */
const TCP_INFO: OptionNumber = { level: 6, name: 11 };

/** Room for more than any kernel writes so far (280 octets); shared, for what is read is decoded at once. */
const buffer = new Uint8Array(512);

/**
 * Reads what the kernel knows of a connected `net.Socket` or `tls.TLSSocket`: one getsockopt. Needs Linux and
 * koffi, and says so where they are missing. Never throws; a few microseconds.
 */
export function readTcpInfo(socket: Socket): TcpInfoReading {
  return readTcpInfoWith(socket, systemCalls(), process.platform);
}

/** {@link readTcpInfo} with given means. */
export function readTcpInfoWith(
  socket: Socket,
  calls: SystemCalls | Unavailable,
  platform: NodeJS.Platform,
): TcpInfoReading {
  if (platform !== "linux") return unreadable(`unsupported on ${platform}`);
  const why = whyNoKeepalive(socket, platform);
  if (why !== undefined) return unreadable(why);
  if (calls.kind === "unavailable") return unreadable(calls.why);
  const fd = descriptorOf(socket);
  if (typeof fd !== "number") return unreadable(fd.why);
  const octets = calls.getStructure(fd, TCP_INFO, buffer);
  return typeof octets === "string" ? unreadable(octets) : decodeTcpInfo(buffer.subarray(0, octets));
}

function unreadable(why: string): TcpInfoUnreadable {
  return { kind: "unreadable", why };
}
