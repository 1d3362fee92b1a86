import { closeSync } from "node:fs";
import { ClockComparison } from "./clock-comparison.js";
import { calls, mapShared, succeed } from "./system-calls.js";

/** A frame as the kernel hands it out. */
export interface RawFrame {
  /** When the kernel saw it, on the clock of `monotonicMs`. */
  readonly atMs: number;
  /** Whether this interface sent it, rather than received it. */
  readonly sent: boolean;
  /** With the Ethernet header; without padding and frame check sequence. */
  readonly octets: number;
  /** Its beginning, which holds all headers. The kernel's memory: to be read at once. */
  readonly head: Buffer;
}

const AF_PACKET = 17;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const ETH_P_ALL = 3;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const TPACKET_V2 = 1;
const TP_STATUS_KERNEL = 0;
const TP_STATUS_USER = 1;
const PACKET_OUTGOING = 4;
const ADDRESS_OCTETS = 20;

/** Kernel's header, 190 octets of the frame: all headers of Ethernet, IPv4 and TCP fit. */
const SLOT_OCTETS = 256;
const BLOCK_OCTETS = 2 ** 18;
const BLOCKS = 64;
const SLOTS = (BLOCKS * BLOCK_OCTETS) / SLOT_OCTETS;

// Offsets in a slot: struct tpacket2_hdr, and struct sockaddr_ll behind it.
const STATUS = 0;
const LENGTH = 4;
const SNAP_LENGTH = 8;
const FRAME_OFFSET = 12;
const SECONDS = 16;
const NANOSECONDS = 20;
const PACKET_TYPE = 42;

/**
 * A packet socket: every frame that an interface sends or receives, each with the kernel's own time of it, in a
 * ring of memory that is shared with the kernel. So it does not matter when it is read, as long as the ring
 * does not run full, and no more rights are needed than those of root in a user namespace. Never waits:
 * whoever uses it calls {@link drain} now and then.
 *
 * The kernel stamps frames with CLOCK_REALTIME. At each drain the two clocks are compared, and the frames of
 * that drain are converted by it.
 */
export class PacketSocket {
  readonly #fd: number;
  readonly #ring: Buffer;
  readonly #words: Uint32Array;
  readonly #clocks = new ClockComparison();
  #slot = 0;

  /**
   * Listens at an interface of this network namespace from now on.
   *
   * @param device its name
   * @throws Error if there is no such interface, or it must not be listened at
   */
  constructor(device: string) {
    const index = calls.if_nametoindex(device);
    if (index === 0) {
      throw new Error(`There is no network interface "${device}" to capture frames at.`);
    }
    // Without a protocol it hears nothing, and so no frame of another interface, until it is bound.
    this.#fd = succeed("socket(AF_PACKET)", calls.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0));
    this.#set("PACKET_VERSION", PACKET_VERSION, TPACKET_V2);
    this.#set("PACKET_RX_RING", PACKET_RX_RING, BLOCK_OCTETS, BLOCKS, SLOT_OCTETS, SLOTS);
    const ring = mapShared(this.#fd, BLOCKS * BLOCK_OCTETS);
    this.#ring = Buffer.from(ring);
    this.#words = new Uint32Array(ring);
    const address = Buffer.alloc(ADDRESS_OCTETS);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(ETH_P_ALL, 2);
    address.writeInt32LE(index, 4);
    succeed(`bind to ${device}`, calls.bind(this.#fd, address, ADDRESS_OCTETS));
  }

  /** How far the frames' times may be off: the error of comparing two clocks, and their drift meanwhile. */
  get clockErrorMs(): number {
    return this.#clocks.errorMs;
  }

  /** Hands out every frame that has passed since the last call. */
  drain(take: (frame: RawFrame) => void): void {
    const offsetMs = this.#clocks.compare();
    for (;;) {
      const start = this.#slot * SLOT_OCTETS;
      // Another processor may be writing it: atomically, so that nothing of the slot is read before its status.
      const status = (start + STATUS) / Uint32Array.BYTES_PER_ELEMENT;
      if ((Atomics.load(this.#words, status) & TP_STATUS_USER) === 0) return;
      take(this.#read(this.#ring.subarray(start, start + SLOT_OCTETS), offsetMs));
      Atomics.store(this.#words, status, TP_STATUS_KERNEL);
      this.#slot = (this.#slot + 1) % SLOTS;
    }
  }

  /** Frames that the kernel has thrown away since the last call, because the ring was full. */
  lost(): number {
    const statistics = new Uint32Array(2);
    const length = Uint32Array.of(statistics.byteLength);
    succeed(
      "getsockopt(PACKET_STATISTICS)",
      calls.getsockopt(this.#fd, SOL_PACKET, PACKET_STATISTICS, statistics, length),
    );
    return statistics[1] ?? 0;
  }

  /** Stops listening. */
  close(): void {
    closeSync(this.#fd);
  }

  #read(slot: Buffer, offsetMs: number): RawFrame {
    const frame = slot.readUInt16LE(FRAME_OFFSET);
    const stampMs = slot.readUInt32LE(SECONDS) * 1000 + slot.readUInt32LE(NANOSECONDS) / 1e6;
    return {
      atMs: stampMs - offsetMs,
      sent: slot[PACKET_TYPE] === PACKET_OUTGOING,
      octets: slot.readUInt32LE(LENGTH),
      head: slot.subarray(frame, frame + slot.readUInt32LE(SNAP_LENGTH)),
    };
  }

  #set(what: string, name: number, ...values: readonly number[]): void {
    const value = Uint32Array.from(values);
    succeed(`setsockopt(${what})`, calls.setsockopt(this.#fd, SOL_PACKET, name, value, value.byteLength));
  }
}
