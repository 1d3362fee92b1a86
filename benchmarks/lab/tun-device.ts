import { openSync, read, writeSync } from "node:fs";
import { calls, succeed } from "./system-calls.js";

const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x0001 | 0x1000;
const IFREQ_OCTETS = 40;
const FLAGS_OFFSET = 16;
/** Larger than any packet of the lab. */
const PACKET_OCTETS = 2048;

/** A network interface whose other end is this process: what is routed into it is read here, and vice versa. */
export interface TunDevice {
  /** Sends an IPv4 packet into the kernel, as if the interface had received it. */
  write(packet: Buffer): void;
}

/**
 * Makes a TUN device in this network namespace. It vanishes with this process.
 *
 * @param name what to call the interface, which is down at first
 * @param take is given each packet that is routed into it: a buffer of its own
 * @throws Error with what to do, if there is no /dev/net/tun or it may not be used
 */
export function openTun(name: string, take: (packet: Buffer) => void): TunDevice {
  const fd = openDevice();
  const request = Buffer.alloc(IFREQ_OCTETS);
  request.write(name, "latin1");
  request.writeUInt16LE(IFF_TUN_NO_PI, FLAGS_OFFSET);
  succeed(`ioctl(TUNSETIFF, "${name}")`, calls.ioctl(fd, TUNSETIFF, request));
  const buffer = Buffer.alloc(PACKET_OCTETS);
  // Blocks a thread of the pool until there is a packet: Node cannot poll such a file.
  const readNext = () => {
    read(fd, buffer, 0, PACKET_OCTETS, null, (error, octets) => {
      if (error) throw error;
      take(Buffer.from(buffer.subarray(0, octets)));
      readNext();
    });
  };
  readNext();
  return { write: (packet) => void writeSync(fd, packet) };
}

function openDevice(): number {
  try {
    return openSync("/dev/net/tun", "r+");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new Error(
      `The device /dev/net/tun cannot be opened (${code}). Load the module (modprobe tun); let users read and ` +
        "write it (chmod 666 /dev/net/tun); in a container: --device /dev/net/tun.",
    );
  }
}
