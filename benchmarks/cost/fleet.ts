import koffi from "koffi";
import { monotonicMs } from "../lab/clock.js";

// Constants and field offsets of Linux, the same on every architecture with pointers of 8 octets.
const AF_INET = 2;
const SOCK_DGRAM = 2;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const ADDRESS_OCTETS = 16;
const MESSAGE_OCTETS = 64;
const IOVEC_OCTETS = 16;
const CONTROL_OCTETS = 32;
/** What of {@link CONTROL_OCTETS} is not padding. */
const CONTROL_LENGTH = 28;
/** The envelope's 5 and a beat's 9. */
const DATAGRAM_OCTETS = 14;
const DATAGRAM_STRIDE = 16;
const LOOPBACK = 0x7f00_0001;
/** 127.1.0.0: all of 127.0.0.0/8 is the machine's own. */
const FIRST_SOURCE = 0x7f01_0000;

/** How many datagrams leave by one system call. */
const BATCH = 64;
/** How many peers a fleet can have: an address each, up to 127.255.255.255. */
export const MAX_FLEET = 0xff_0000;

const MESSAGES_AT = ADDRESS_OCTETS;
const IOVECS_AT = MESSAGES_AT + BATCH * MESSAGE_OCTETS;
const CONTROLS_AT = IOVECS_AT + BATCH * IOVEC_OCTETS;
const DATAGRAMS_AT = CONTROLS_AT + BATCH * CONTROL_OCTETS;
const END = DATAGRAMS_AT + BATCH * DATAGRAM_STRIDE;
const messageAt = (index: number) => MESSAGES_AT + index * MESSAGE_OCTETS;
const iovecAt = (index: number) => IOVECS_AT + index * IOVEC_OCTETS;
const controlAt = (index: number) => CONTROLS_AT + index * CONTROL_OCTETS;
const datagramAt = (index: number) => DATAGRAMS_AT + index * DATAGRAM_STRIDE;

/**
 * Any number of UDP peers behind one socket. A hub tells peers apart by address, port and session; 100 000
 * sockets are more than a process may open, so each datagram brings a source address of its own
 * (IP_PKTINFO, for which nobody needs a privilege), and 64 of them leave by one system call. So a beat costs
 * this end a fraction of what it costs the receiver.
 */
export class Fleet {
  readonly #libc = bindLibc();
  readonly #fd: number;
  readonly #memory = new DataView(new ArrayBuffer(END));
  readonly #messages: bigint;
  readonly #seqs: Uint32Array;
  readonly #sentAtMs: Float64Array;
  readonly #batch = new Uint32Array(BATCH);
  #batched = 0;
  #sent = 0;

  /**
   * @param port where to send, on 127.0.0.1
   * @param intervalMs what the beats announce
   * @throws Error when the system has no such calls
   */
  constructor(port: number, peers: number, intervalMs: number) {
    if (!(peers >= 1 && peers <= MAX_FLEET))
      throw new RangeError(`peers must be 1 to ${MAX_FLEET}, not ${peers}`);
    this.#seqs = new Uint32Array(peers);
    this.#sentAtMs = new Float64Array(peers);
    const start = koffi.address(new Uint8Array(this.#memory.buffer));
    this.#messages = start + BigInt(MESSAGES_AT);
    this.#fill(start, port, intervalMs);
    this.#fd = this.#libc.open();
  }

  /** How many beats have left. */
  get sent(): number {
    return this.#sent;
  }

  /** When a peer's last beat left, at the earliest; 0 if none has. On the clock that all processes share. */
  sentAtMs(peer: number): number {
    return this.#sentAtMs[peer]!;
  }

  /** Lets a peer beat; it leaves with the next {@link flush}, or before. */
  beat(peer: number): void {
    const at = this.#batched;
    // ipi_spec_dst: behind the header's 16 octets and the number of the interface.
    this.#memory.setUint32(controlAt(at) + 20, FIRST_SOURCE + peer);
    const datagram = datagramAt(at);
    this.#memory.setUint32(datagram + 1, sessionOf(peer));
    this.#memory.setUint32(datagram + 6, this.#seqs[peer]!++);
    this.#batch[at] = peer;
    this.#batched += 1;
    if (this.#batched === BATCH) this.flush();
  }

  /** @throws Error when the kernel does not take all. */
  flush(): void {
    const count = this.#batched;
    if (count === 0) return;
    this.#batched = 0;
    const nowMs = monotonicMs();
    for (let index = 0; index < count; index++) this.#sentAtMs[this.#batch[index]!] = nowMs;
    const taken = this.#libc.sendmmsg(this.#fd, this.#messages, count);
    if (taken !== count)
      throw new Error(`the kernel took ${taken} of ${count} datagrams (errno ${koffi.errno()})`);
    this.#sent += count;
  }

  close(): void {
    this.#libc.close(this.#fd);
  }

  /** All that does not change from beat to beat: struct sockaddr_in, mmsghdr, iovec, cmsghdr, in_pktinfo. */
  #fill(start: bigint, port: number, intervalMs: number): void {
    const memory = this.#memory;
    const point = (at: number, to: number) => memory.setBigUint64(at, start + BigInt(to), true);
    memory.setUint16(0, AF_INET, true);
    memory.setUint16(2, port);
    memory.setUint32(4, LOOPBACK);
    for (let index = 0; index < BATCH; index++) {
      const message = messageAt(index);
      point(message, 0);
      memory.setUint32(message + 8, ADDRESS_OCTETS, true);
      point(message + 16, iovecAt(index));
      memory.setBigUint64(message + 24, 1n, true);
      point(message + 32, controlAt(index));
      memory.setBigUint64(message + 40, BigInt(CONTROL_OCTETS), true);
      point(iovecAt(index), datagramAt(index));
      memory.setBigUint64(iovecAt(index) + 8, BigInt(DATAGRAM_OCTETS), true);
      memory.setBigUint64(controlAt(index), BigInt(CONTROL_LENGTH), true);
      memory.setInt32(controlAt(index) + 8, IPPROTO_IP, true);
      memory.setInt32(controlAt(index) + 12, IP_PKTINFO, true);
      memory.setUint32(datagramAt(index) + 10, intervalMs);
    }
  }
}

/** Which peer of a fleet has this address. */
export function peerAt(address: string): number {
  return address.split(".").reduce((number, octet) => number * 256 + Number(octet), 0) - FIRST_SOURCE;
}

/** As scattered as random ones (Fibonacci hashing), and the same at each run. */
function sessionOf(peer: number): number {
  return Math.imul(peer + 1, 0x9e37_79b1) >>> 0;
}

interface Libc {
  /** A datagram socket with a port of its own. */
  open(): number;
  sendmmsg(fd: number, messages: bigint, count: number): number;
  close(fd: number): void;
}

function bindLibc(): Libc {
  if (process.platform !== "linux")
    throw new Error(`a fleet of UDP peers needs Linux, not ${process.platform}`);
  const libc = koffi.load(null);
  const socket = libc.func("int socket(int family, int type, int protocol)");
  const bind = libc.func("int bind(int fd, const void *address, uint32_t length)");
  const close = libc.func("int close(int fd)");
  const sendmmsg = libc.func("int sendmmsg(int fd, void *messages, uint32_t count, int flags)");
  return {
    open() {
      const fd: number = socket(AF_INET, SOCK_DGRAM, 0);
      const anywhere = new Uint8Array(ADDRESS_OCTETS);
      anywhere[0] = AF_INET;
      if (fd < 0 || bind(fd, anywhere, ADDRESS_OCTETS) !== 0) {
        throw new Error(`no socket for a fleet of UDP peers (errno ${koffi.errno()})`);
      }
      return fd;
    },
    sendmmsg: (fd, messages, count) => sendmmsg(fd, messages, count, 0),
    close: (fd) => close(fd),
  };
}
