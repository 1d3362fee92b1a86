// npm run example choosing

// What each choice promises, computed before anything runs. "Cut": the network swallows everything. "With data
// under way": it does so while something we sent is still unacknowledged.
import { tcp } from "@heartwire/tcp";
import { keepalive } from "@heartwire/tcp-keepalive";
import { udp } from "@heartwire/udp";
import { webSocket } from "@heartwire/websocket";
import {
  type FixedTimeoutOptions,
  fixedTimeout,
  type KeepaliveSettings,
  keepaliveDetection,
  predict,
  type Transport,
  trustKernel,
} from "heartwire";
import { table } from "./support/print.js";

const PATH = { rttMs: 20, lossRate: 0.01 };
const PEER = { host: "peer.example", port: 4000 };

function keepaliveRow(settings: KeepaliveSettings): readonly string[] {
  const { idleMs, intervalMs, probes, userTimeoutMs } = settings;
  const limit = userTimeoutMs === undefined ? "" : `, user timeout ${inWords(userTimeoutMs)}`;
  const prediction = predict(keepalive({ ...PEER, settings }), trustKernel(settings)(), PATH);
  return [
    `keepalive ${inWords(idleMs)} + ${probes} × ${inWords(intervalMs)}${limit}`,
    "never",
    inWords(prediction.detectionMs.worst),
    inWords(keepaliveDetection(settings, { unacknowledgedData: true }).worst),
    octets(prediction.octetsPerHour),
    "",
  ];
}

function heartbeatRow(name: string, transport: Transport, options: FixedTimeoutOptions): readonly string[] {
  const { detectionMs, octetsPerHour, mistakesPerHour } = predict(transport, fixedTimeout(options)(), PATH);
  const worst = inWords(detectionMs.worst);
  return [
    `${name}, ${inWords(options.intervalMs)} × ${options.detectMultiplier}`,
    worst,
    worst,
    worst,
    octets(octetsPerHour),
    mistakesPerHour === undefined ? "" : `one in ${inWords(HOUR_MS / mistakesPerHour)}`,
  ];
}

const HOUR_MS = 3_600_000;
const UNITS = [
  [365.25 * 24 * HOUR_MS, "years"],
  [24 * HOUR_MS, "days"],
  [HOUR_MS, "h"],
  [60_000, "min"],
] as const;

function inWords(durationMs: number): string {
  const [unitMs, unit] = UNITS.find(([size]) => durationMs >= 2 * size) ?? [1000, "s"];
  return `${Number((durationMs / unitMs).toPrecision(2))} ${unit}`;
}

function octets(perHour: { readonly in: number; readonly out: number }): string {
  return `${Number(((perHour.in + perHour.out) / 1000).toPrecision(2))} kB`;
}

const ping = webSocket({ url: "ws://peer.example", via: "ping" });
const CONFIRMING_NOTHING = {
  intervalMs: 1000,
  detectMultiplier: 2,
  confirmIntervalMs: Number.POSITIVE_INFINITY,
};

console.log(
  table([
    [
      "Found at the latest after:",
      "hang",
      "cut",
      "cut with data under way",
      "on the wire in 1 h",
      "mistakes",
    ],
    keepaliveRow({ idleMs: 7_200_000, intervalMs: 75_000, probes: 9 }),
    keepaliveRow({ idleMs: 60_000, intervalMs: 10_000, probes: 3 }),
    keepaliveRow({ idleMs: 60_000, intervalMs: 10_000, probes: 3, userTimeoutMs: 90_000 }),
    keepaliveRow({ idleMs: 1000, intervalMs: 1000, probes: 3 }),
    heartbeatRow("TCP echo", tcp(PEER), { intervalMs: 30_000, detectMultiplier: 3 }),
    heartbeatRow("TCP echo", tcp(PEER), { intervalMs: 1000, detectMultiplier: 3 }),
    heartbeatRow("WebSocket ping", ping, { intervalMs: 1000, detectMultiplier: 3 }),
    heartbeatRow("UDP echo", udp(PEER), { intervalMs: 1000, detectMultiplier: 3 }),
    heartbeatRow("UDP beats of the peer", udp(PEER), {
      intervalMs: 1000,
      detectMultiplier: 3,
      mode: "listen",
    }),
    heartbeatRow("UDP echo", udp(PEER), { intervalMs: 1000, detectMultiplier: 2 }),
    heartbeatRow("UDP echo, confirming nothing", udp(PEER), CONFIRMING_NOTHING),
  ]),
);
console.log(`
Round trip ${PATH.rttMs} ms, loss ${PATH.lossRate * 100} % each way. A mistake is a live peer called dead. On TCP and WebSocket lost
frames come again, late: there loss makes mistakes only where it holds up everything for the whole time.
Keepalive never finds a hang, for the kernel of a hung process answers. It needs nothing of the peer, though.`);

// Printed here (Linux, Node 20; your times will differ a little):
// Found at the latest after:                     hang    cut  cut with data under way  on the wire in 1 h             mistakes
// keepalive 2 h + 9 × 75 s                      never  2.5 h                   17 min            0.066 kB
// keepalive 60 s + 3 × 10 s                     never  100 s                   17 min              7.9 kB
// keepalive 60 s + 3 × 10 s, user timeout 90 s  never  100 s                    100 s              7.9 kB
// keepalive 1 s + 3 × 1 s                       never  4.5 s                   17 min              480 kB
// TCP echo, 30 s × 3                             90 s   90 s                     90 s               29 kB
// TCP echo, 1 s × 3                               3 s    3 s                      3 s              860 kB
// WebSocket ping, 1 s × 3                         3 s    3 s                      3 s              880 kB
// UDP echo, 1 s × 3                               3 s    3 s                      3 s              430 kB     one in 9.1 years
// UDP beats of the peer, 1 s × 3                  3 s    3 s                      3 s              230 kB  one in 180000 years
// UDP echo, 1 s × 2                               2 s    2 s                      2 s              430 kB     one in 9.1 years
// UDP echo, confirming nothing, 1 s × 2           2 s    2 s                      2 s              430 kB        one in 38 min
//
// Round trip 20 ms, loss 1 % each way. A mistake is a live peer called dead. On TCP and WebSocket lost
// frames come again, late: there loss makes mistakes only where it holds up everything for the whole time.
// Keepalive never finds a hang, for the kernel of a hung process answers. It needs nothing of the peer, though.
