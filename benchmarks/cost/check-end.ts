// One end of many idle links of one kind: the one that watches, or the one that answers.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { tcp, tcpPeers } from "@heartwire/tcp";
import { keepalive } from "@heartwire/tcp-keepalive";
import { udp, udpHub } from "@heartwire/udp";
import {
  fixedTimeout,
  type LivenessEvent,
  monitor,
  monitorPeers,
  type PolicyFactory,
  respond,
  respondPeers,
  type Transport,
  trustKernel,
} from "heartwire";
import type { Observable } from "rxjs";
import { monotonicMs } from "../lab/clock.js";
import { answerCalls } from "./calls.js";

/** What checks the links: nothing at all, the kernel, or heartbeats of ours. */
export type Check = "nothing" | "tcp-keepalive" | "tcp" | "udp-echo" | "udp-beat";

/** What was used between two instants, and how many checks were made meanwhile. */
export interface CheckWindow {
  readonly durationMs: number;
  /** Of all processors: whatever was not idle, be it a process, the kernel or an interrupt. */
  readonly machineCpuMs: number;
  /** Of this process. */
  readonly processCpuMs: number;
  readonly checks: number;
  /** Datagrams for which a socket had no room: heartbeats that cost something and checked nothing. */
  readonly dropped: number;
}

/** What the process does when asked. */
export type CheckEndCalls = {
  /** Starts to answer, and returns the port. For `udp-beat` this is the end that watches. */
  serve(check: Check, intervalMs: number): Promise<number>;
  /** Opens so many links, and resolves once all are alive. For `udp-beat` this is the end that beats. */
  open(check: Check, port: number, links: number, intervalMs: number): Promise<void>;
  use(durationMs: number): Promise<CheckWindow>;
  /** Links that ended. */
  ended(): number;
  close(): Promise<void>;
};

const HOST = "127.0.0.1";
/** Far from any verdict: here only the checks count. */
const PATIENCE = 10;
const USER_HZ = 100;
const OPENED_AT_ONCE = 200;

let heard = 0;
let alive = 0;
let ended = 0;
/** Set where the kernel makes the checks: what it counted before. */
let counted: (() => number) | undefined;
const closers: (() => unknown)[] = [];

function note(event: LivenessEvent): void {
  if (event.type === "alive") alive += 1;
  else if (event.type === "heartbeat") heard += 1;
  else if (event.type === "dead" || event.type === "left") ended += 1;
}

function transportTo(
  check: Exclude<Check, "nothing" | "udp-beat">,
  port: number,
  intervalMs: number,
): Transport {
  const settings = { idleMs: intervalMs, intervalMs, probes: PATIENCE };
  if (check === "tcp") return tcp({ host: HOST, port });
  if (check === "udp-echo") return udp({ host: HOST, port });
  return keepalive({ host: HOST, port, settings });
}

function policyOf(check: Exclude<Check, "nothing" | "udp-beat">, intervalMs: number): PolicyFactory {
  if (check === "tcp-keepalive") return trustKernel({ idleMs: intervalMs, intervalMs, probes: PATIENCE });
  return fixedTimeout({ intervalMs, detectMultiplier: PATIENCE });
}

function link(check: Check, port: number, intervalMs: number): Observable<LivenessEvent> {
  switch (check) {
    case "nothing": {
      // Links just as idle, without checks: the kernel's first look would come in two hours.
      const settings = { idleMs: 7_200_000, intervalMs: 75_000, probes: 9 };
      return monitor(keepalive({ host: HOST, port, settings }), policyOf("tcp-keepalive", intervalMs));
    }
    case "udp-beat":
      return respond(udp({ host: HOST, port }), { beatIntervalMs: intervalMs });
    default:
      return monitor(transportTo(check, port, intervalMs), policyOf(check, intervalMs));
  }
}

async function serveTcp(check: Check): Promise<number> {
  const server = createServer();
  if (check === "tcp") closers.push(subscribed(respondPeers(tcpPeers(server)).subscribe()));
  else server.on("connection", (socket) => socket.on("error", () => {}).resume());
  server.listen({ host: HOST, port: 0, backlog: 4096 });
  await once(server, "listening");
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function serveUdp(check: Check, intervalMs: number): Promise<number> {
  const hub = udpHub({ address: HOST });
  const policy = fixedTimeout({ intervalMs, detectMultiplier: PATIENCE, mode: "listen" });
  const peers =
    check === "udp-beat"
      ? monitorPeers(hub.peers, policy, { samples: true, groupSilence: "off" })
      : respondPeers(hub.peers);
  closers.push(subscribed(peers.subscribe(({ event }) => note(event))), () => hub.close());
  return (await hub.bound).port;
}

function subscribed(subscription: { unsubscribe(): void }): () => void {
  return () => subscription.unsubscribe();
}

/** All processors' time outside the idle loop. Idle time is exact to an interrupt: the kernel stops it there. */
function busyMs(): number {
  const [, ...ticks] = readFileSync("/proc/stat", "utf8").split("\n", 1)[0]!.split(/\s+/);
  const idleMs = ((Number(ticks[3]) + Number(ticks[4])) * 1000) / USER_HZ;
  return cpus().length * monotonicMs() - idleMs;
}

/** The kernel's count of keepalive probes in this network namespace. */
const probesSent = (): number => kernelCount("/proc/net/netstat", "TcpExt:", "TCPKeepAlive");
/** And of datagrams for which a socket had no room. */
const dropped = (): number => kernelCount("/proc/net/snmp", "Udp:", "RcvbufErrors");

function kernelCount(file: string, group: string, name: string): number {
  const rows = readFileSync(file, "utf8").split("\n");
  const [names, values] = rows.filter((row) => row.startsWith(group)).map((row) => row.split(" "));
  const column = names?.indexOf(name) ?? -1;
  if (column < 0) throw new Error(`${file} does not count ${name}`);
  return Number(values![column]);
}

await answerCalls({
  serve(check, intervalMs) {
    ended = 0;
    return check.startsWith("udp") ? serveUdp(check, intervalMs) : serveTcp(check);
  },
  async open(check, port, links, intervalMs) {
    alive = ended = 0;
    if (check === "tcp-keepalive") counted = probesSent;
    for (let opened = 0; opened < links; opened++) {
      closers.push(subscribed(link(check, port, intervalMs).subscribe(note)));
      if (opened % OPENED_AT_ONCE === 0) await delay(10);
    }
    // One that only beats hears nothing.
    while (check !== "udp-beat" && alive < links) await delay(10);
  },
  async use(durationMs) {
    const checks = () => counted?.() ?? heard;
    const droppedBefore = dropped();
    const [fromMs, before, cpu, machine] = [monotonicMs(), checks(), process.cpuUsage(), busyMs()];
    await delay(durationMs);
    const machineCpuMs = busyMs() - machine;
    const { user, system } = process.cpuUsage(cpu);
    return {
      durationMs: monotonicMs() - fromMs,
      machineCpuMs,
      processCpuMs: (user + system) / 1000,
      checks: checks() - before,
      dropped: dropped() - droppedBefore,
    };
  },
  ended: () => ended,
  async close() {
    counted = undefined;
    // Last opened, first closed.
    for (const close of closers.splice(0).reverse()) await close();
  },
} satisfies CheckEndCalls);
