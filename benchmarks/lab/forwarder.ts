// Runs in the router's network namespace while packets shall be lost or late, where the kernel has no netem.
// The router routes what it forwards into a TUN device; this process is its other end. It drops packets, or
// holds them back, and writes the others into the device again, from where the router forwards them as ever.
// It counts how late its timers were, since a process cannot keep time as a kernel does.
import { readFileSync } from "node:fs";
import { monotonicMs } from "./clock.js";
import type { FromForwarder, ToForwarder } from "./forwarder-protocol.js";
import { openLabChannel } from "./host-side.js";
import type { ForwarderReport, PathQuality } from "./impairment.js";
import { type Random, seededRandom } from "./random.js";
import { ADDRESSES, IMPAIRED } from "./topology.js";
import type { TunDevice } from "./tun-device.js";

/** Packets that were routed here before the routes were taken away have come by then. */
const LAST_PACKETS_MS = 20;

/** One direction of the path. */
class Lane {
  readonly #quality: PathQuality;
  readonly #random: Random;
  readonly #forward: (packet: Buffer) => void;
  #packets = 0;
  #lost = 0;
  #gone = 0;
  #lateSumMs = 0;
  #lateMaxMs = 0;

  constructor(quality: PathQuality, seed: number, forward: (packet: Buffer) => void) {
    this.#quality = quality;
    this.#random = seededRandom(seed);
    this.#forward = forward;
  }

  /** Packets held back at this moment. */
  get held(): number {
    return this.#packets - this.#lost - this.#gone;
  }

  take(packet: Buffer): void {
    const { lossRate = 0, delayMs = 0, jitterMs = 0 } = this.#quality;
    this.#packets += 1;
    const [fate, spread] = [this.#random(), this.#random()];
    if (fate < lossRate) {
      this.#lost += 1;
      return;
    }
    this.#release(packet, monotonicMs() + delayMs + (2 * spread - 1) * jitterMs);
  }

  report(): ForwarderReport {
    const mean = this.#gone === 0 ? 0 : this.#lateSumMs / this.#gone;
    return { packets: this.#packets, lost: this.#lost, lateMs: { mean, max: this.#lateMaxMs } };
  }

  #release(packet: Buffer, dueMs: number): void {
    const lateMs = monotonicMs() - dueMs;
    // A timer may fire a fraction of a millisecond early: then it is set again.
    if (lateMs < 0) {
      setTimeout(() => this.#release(packet, dueMs), Math.ceil(-lateMs));
      return;
    }
    this.#gone += 1;
    this.#lateSumMs += lateMs;
    this.#lateMaxMs = Math.max(this.#lateMaxMs, lateMs);
    this.#forward(packet);
  }
}

const DESTINATION_OFFSET = 16;
const peerAddress = Buffer.from(ADDRESSES.peer.split(".").map(Number));
const channel = openLabChannel<ToForwarder, FromForwarder>();
let lanes: { readonly toPeer: Lane; readonly toMonitor: Lane } | undefined;

function take(packet: Buffer): void {
  const toPeer = peerAddress.compare(packet, DESTINATION_OFFSET, DESTINATION_OFFSET + 4) === 0;
  (toPeer ? lanes?.toPeer : lanes?.toMonitor)?.take(packet);
}

function handle(message: ToForwarder, tun: TunDevice): void {
  if (message.kind === "impair") {
    const { toPeer, toMonitor, seed } = message.impairment;
    lanes = {
      toPeer: new Lane(toPeer, seed, tun.write),
      toMonitor: new Lane(toMonitor, ~seed, tun.write),
    };
    channel.send({ kind: "ready" });
  } else {
    setTimeout(finish, LAST_PACKETS_MS);
  }
}

function finish(): void {
  if (lanes === undefined) return;
  const { toPeer, toMonitor } = lanes;
  if (toPeer.held + toMonitor.held > 0) {
    setTimeout(finish, LAST_PACKETS_MS);
    return;
  }
  channel.send({
    kind: "finished",
    toPeer: toPeer.report(),
    toMonitor: toMonitor.report(),
    overflowed: overflowed(),
  });
}

/** What the kernel could not put into the device's queue. */
function overflowed(): number {
  return Number(readFileSync(`/sys/class/net/${IMPAIRED}/statistics/tx_dropped`, "utf8"));
}

try {
  const { openTun } = await import("./tun-device.js");
  const tun = openTun(IMPAIRED, take);
  channel.send({ kind: "ready" });
  for await (const message of channel.messages) {
    handle(message, tun);
  }
} catch (error) {
  channel.send({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
}
