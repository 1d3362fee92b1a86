import { DEFAULT_DETECT_WITHIN_MS, type MeasuredPath, type Requirements } from "@heartwire/core";

/** Something that must be noticed. */
interface Wanted {
  /** To people. */
  readonly title: string;
  /** The measured faults that it stands for: all of them must have been noticed on every link. */
  readonly measured: readonly string[];
}

/** What may have to be noticed. */
export const FAULTS = {
  ended: { title: "the peer's process ends or is killed", measured: ["kill", "exit"] },
  reboot: { title: "its machine reboots", measured: ["host-rebooted"] },
  hang: { title: "its process hangs", measured: ["hang", "event-loop-blocked"] },
  unhealthy: { title: "its process runs, but its application is ill", measured: ["application-unhealthy"] },
  cut: {
    title: "the network or the machine is gone, while idle",
    measured: ["silent-cut-idle", "host-gone"],
  },
  "cut-with-data": { title: "the same, with data under way", measured: ["silent-cut-unacknowledged"] },
  "one-way": {
    title: "only one direction is cut",
    measured: ["one-way-cut-to-monitor", "one-way-cut-to-peer"],
  },
  proxy: { title: "the peer is dead behind a proxy that lives", measured: ["silent-behind-proxy"] },
  nat: { title: "a NAT or load balancer forgets idle connections (kept alive)", measured: ["nat-expired"] },
} as const satisfies Readonly<Record<string, Wanted>>;

/** One of {@link FAULTS}. */
export type FaultName = keyof typeof FAULTS;

/** Over what evidence may travel. */
export const TRANSPORTS = {
  tcp: "TCP, with a program of mine at both ends",
  foreign: "TCP in a protocol that is not mine, without a ping of its own",
  "foreign-ping": "TCP in a protocol that is not mine and has a ping, as Redis has",
  udp: "UDP, with a program of mine at both ends",
  websocket: "WebSocket, with a program of mine at both ends",
  browser: "WebSocket from browsers to a server of mine",
} as const;

/** One of {@link TRANSPORTS}. */
export type TransportName = keyof typeof TRANSPORTS;

/** What the user asked. */
export interface Asked extends Pick<Requirements, "detectWithinMs" | "mistakesPerDay" | "octetsPerHour"> {
  readonly notice: readonly FaultName[];
  readonly over: readonly TransportName[];
  readonly path: MeasuredPath;
  /** Whether a proxy stands in between. */
  readonly proxy: boolean;
  /** How many peers there are, for the total. */
  readonly peers: number;
}

/** What is asked where nothing is said; the outage to sit out is {@link defaultOutageMs}. */
export const DEFAULTS: Asked = {
  notice: ["ended", "reboot", "hang", "cut", "cut-with-data"],
  over: ["tcp", "udp", "websocket"],
  path: { rttMs: 20, jitterMs: 0, lossRate: 0.01 },
  proxy: false,
  peers: 1,
};

export function isFault(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

export function isTransport(name: string): name is TransportName {
  return Object.hasOwn(TRANSPORTS, name);
}

/**
 * The outage to sit out where none is said: a tenth of the time to notice in. Losses come in bursts, and settings made
 * for single ones only would call each burst death.
 */
export function defaultOutageMs(detectWithinMs: number = DEFAULT_DETECT_WITHIN_MS): number {
  return Math.round(detectWithinMs / 10);
}
