// The process that receives UDP beats: the one whose CPU and memory are measured.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type UdpHub, udpHub } from "@heartwire/udp";
import { fixedTimeout, type LivenessEvent, monitorPeers } from "heartwire";
import type { Subscription } from "rxjs";
import { monotonicMs } from "../lab/clock.js";
import { answerCalls } from "./calls.js";
import { peerAt } from "./fleet.js";
import { type CpuWindow, collectGarbage, type Memory, measureCpu, measureMemory } from "./usage.js";

/** How to receive. */
export interface ReceiverOrder {
  /** `bare`: node:dgram and a counter. `heartwire`: a hub, and a detector for each peer. */
  readonly variant: "bare" | "heartwire";
  /** What the peers are expected to keep. */
  readonly intervalMs: number;
  readonly detectMultiplier: number;
}

/** One verdict of death. */
export interface Verdict {
  readonly peer: number;
  /** When the application heard of it, on the clock that all processes share. */
  readonly atMs: number;
  /** The silence that the verdict names. */
  readonly silentMs: number;
}

/** A time in which the receiving process could not run, as the detectors were told. */
export interface Stall {
  /** When it was over, on the clock that all processes share. */
  readonly atMs: number;
  readonly stalledMs: number;
}

/** What was heard of the peers since {@link UdpReceiverCalls.open}. */
export interface Census {
  readonly alive: number;
  readonly suspected: number;
  readonly stalls: readonly Stall[];
  readonly rejected: number;
  readonly deaths: readonly Verdict[];
  /** Datagrams that the kernel dropped because this process did not take them in time. */
  readonly dropped: number;
  /** Datagrams that were counted: by the bare variant only, as the other has no counter. */
  readonly received: number | null;
}

/** What the process does when asked. */
export type UdpReceiverCalls = {
  /** Starts to receive, and returns the port. */
  open(order: ReceiverOrder): Promise<number>;
  cpu(durationMs: number): Promise<CpuWindow>;
  memory(): Promise<Memory>;
  /** The most memory that this process ever had, and what it has now. */
  resident(): { readonly nowOctets: number; readonly peakOctets: number };
  census(): Census;
  close(): Promise<void>;
};

/** Asked for by both variants; the kernel grants as much as it may (net.core.rmem_max). */
const RECEIVE_BUFFER_OCTETS = 8 * 1024 * 1024;

interface Receiver {
  readonly port: number;
  census(): Omit<Census, "dropped">;
  close(): Promise<void>;
}

async function bareReceiver(): Promise<Receiver> {
  const socket: Socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_OCTETS });
  let received = 0;
  socket.on("message", () => {
    received += 1;
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    census: () => ({ alive: 0, suspected: 0, stalls: [], rejected: 0, deaths: [], received }),
    async close() {
      socket.close();
      await once(socket, "close");
    },
  };
}

class HeartwireReceiver implements Receiver {
  readonly #hub: UdpHub;
  readonly #subscription: Subscription;
  readonly #events: Record<LivenessEvent["type"], number> = {
    alive: 0,
    heartbeat: 0,
    suspect: 0,
    dead: 0,
    left: 0,
    stalled: 0,
    rejected: 0,
  };
  readonly #deaths: Verdict[] = [];
  readonly #stalls: Stall[] = [];
  #lastStallMs = Number.NEGATIVE_INFINITY;
  #port = 0;

  constructor({ intervalMs, detectMultiplier }: ReceiverOrder) {
    this.#hub = udpHub({ address: "127.0.0.1", recvBufferOctets: RECEIVE_BUFFER_OCTETS });
    const policy = fixedTimeout({ intervalMs, detectMultiplier, mode: "listen" });
    // Thousands are silenced at once, and each is compared with the bound of its own policy: no reprieve for a group.
    const watching = monitorPeers(this.#hub.peers, policy, { groupSilence: "off" });
    this.#subscription = watching.subscribe(({ peer, event }) => {
      this.#events[event.type] += 1;
      if (event.type === "dead") {
        const { silentMs } = event;
        this.#deaths.push({ peer: peerAt(peer.handle.address), atMs: monotonicMs(), silentMs });
      } else if (event.type === "stalled" && event.atMs !== this.#lastStallMs) {
        // Every peer is told of the same stall.
        this.#lastStallMs = event.atMs;
        this.#stalls.push({ atMs: monotonicMs(), stalledMs: event.stalledMs });
      }
    });
  }

  get port(): number {
    return this.#port;
  }

  async bound(): Promise<this> {
    this.#port = (await this.#hub.bound).port;
    return this;
  }

  census(): Omit<Census, "dropped"> {
    const { alive, suspect, rejected } = this.#events;
    return {
      alive,
      suspected: suspect,
      stalls: this.#stalls,
      rejected,
      deaths: this.#deaths,
      received: null,
    };
  }

  async close(): Promise<void> {
    this.#subscription.unsubscribe();
    await this.#hub.close();
  }
}

/** The kernel's own count for the socket on this port: the last column of its row. */
function droppedAt(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const row = readFileSync("/proc/self/net/udp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[1]?.endsWith(local));
  const dropped = Number(row?.at(-1));
  if (!Number.isInteger(dropped)) throw new Error(`/proc/self/net/udp has no row for port ${port}`);
  return dropped;
}

let receiver: Receiver | undefined;

await answerCalls({
  async open(order) {
    // What the last round left is not this one's.
    collectGarbage();
    receiver = order.variant === "bare" ? await bareReceiver() : await new HeartwireReceiver(order).bound();
    return receiver.port;
  },
  cpu: measureCpu,
  memory: measureMemory,
  resident: () => ({
    nowOctets: process.memoryUsage.rss(),
    peakOctets: process.resourceUsage().maxRSS * 1024,
  }),
  census: () => ({ ...receiver!.census(), dropped: droppedAt(receiver!.port) }),
  close: () => receiver!.close(),
} satisfies UdpReceiverCalls);
