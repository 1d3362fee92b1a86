import {
  checkKeepaliveSettings,
  type KeepaliveBound,
  type KeepaliveConditions,
  type KeepaliveSettings,
  keepaliveBound,
  keepalivePeriodMs,
  TCP_SEGMENT_OCTETS,
} from "@heartwire/core";
import {
  type KeepaliveFinding,
  lintKeepalive,
  type MiddleboxName,
  type SoKeepalive,
  type SystemKeepalive,
} from "@heartwire/tcp-keepalive";
import { type Equivalent, equivalentsOf } from "./equivalents.js";

/** One value, and who says so; `unknown`: the system says, and could not be asked. */
export type Sourced =
  | { readonly value: number; readonly from: "given" | "system" }
  | { readonly value: null; readonly from: "unknown" };

/** How long until the kernel notices. */
export type Outcome =
  | ({ readonly kind: "noticed" } & KeepaliveBound)
  | { readonly kind: "never"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

/** What `heartwire explain --json` prints. */
export interface ExplainReport {
  /** Grows when a field changes its meaning or goes; new fields may come without. */
  readonly schema: 1;
  readonly command: "explain";
  /** As given. */
  readonly setting: string;
  readonly keepalive: "on" | "off";
  /** What a socket has then; `null`: keepalive is off. */
  readonly settings: {
    readonly idleMs: Sourced;
    readonly intervalMs: Sourced;
    readonly probes: Sourced;
  } | null;
  /** 0: none, the system's way. */
  readonly userTimeoutMs: number;
  readonly system: SystemKeepalive;
  readonly outcomes: {
    /** The network is cut or the host gone, and nothing of ours is on its way. */
    readonly idle: Outcome;
    /** The same, while data of ours is unacknowledged. */
    readonly unacknowledgedData: Outcome;
    /** The peer's process hangs; its kernel lives. */
    readonly hungProcess: Outcome;
  };
  /** Ethernet octets, both ways, of one idle connection to a live peer; `null`: not known. */
  readonly octetsPerDay: number | null;
  /** Those of the settings, warnings first; `null`: the settings are not known. Off has none. */
  readonly traps: readonly KeepaliveFinding[] | null;
  readonly equivalents: readonly Equivalent[];
}

const NEVER_HUNG: Outcome = {
  kind: "never",
  why: "its kernel goes on answering; only a heartbeat of the application can tell",
};
const NEVER_OFF: Outcome = { kind: "never", why: "nothing is sent, so nothing can go unanswered" };

/** Explains a setting on a system. `path`: what is known to stand between the ends. Pure. */
export function explain(
  setting: string,
  parsed: SoKeepalive,
  userTimeoutMs: number,
  system: SystemKeepalive,
  path?: readonly MiddleboxName[],
): ExplainReport {
  const settings = parsed.kind === "off" ? null : sourcesOf(parsed.settings, system);
  const full = settings === null ? "keepalive is off" : fullSettings(settings, userTimeoutMs);
  return {
    schema: 1,
    command: "explain",
    setting,
    keepalive: parsed.kind,
    settings,
    userTimeoutMs,
    system,
    outcomes: {
      idle: settings === null ? NEVER_OFF : outcomeOf(full, {}),
      unacknowledgedData: unacknowledgedOutcome(userTimeoutMs, system),
      hungProcess: NEVER_HUNG,
    },
    octetsPerDay: settings === null ? 0 : octetsPerDay(full),
    traps: settings === null ? [] : trapsOf(full, system, path),
    equivalents: equivalentsOf(parsed, full, userTimeoutMs),
  };
}

function sourcesOf(given: Partial<KeepaliveSettings>, system: SystemKeepalive) {
  const sourced = (name: "idleMs" | "intervalMs" | "probes"): Sourced => {
    const value = given[name];
    if (value !== undefined) return { value, from: "given" };
    return system.kind === "read"
      ? { value: system[name], from: "system" }
      : { value: null, from: "unknown" };
  };
  return { idleMs: sourced("idleMs"), intervalMs: sourced("intervalMs"), probes: sourced("probes") };
}

/** All values, or why they cannot be had. */
function fullSettings(
  { idleMs, intervalMs, probes }: NonNullable<ExplainReport["settings"]>,
  userTimeoutMs: number,
): KeepaliveSettings | string {
  if (idleMs.value === null || intervalMs.value === null || probes.value === null) {
    return "a value is the system's, which could not be read";
  }
  const settings = {
    idleMs: idleMs.value,
    intervalMs: intervalMs.value,
    probes: probes.value,
    ...(userTimeoutMs > 0 && { userTimeoutMs }),
  };
  try {
    // sysctl takes values that no socket can be given.
    checkKeepaliveSettings(settings, "system");
    return settings;
  } catch (error) {
    if (error instanceof RangeError) return `the system's ${error.message}`;
    throw error;
  }
}

/** With data on its way keepalive is suspended: its own settings do not matter, be they known or not. */
function unacknowledgedOutcome(userTimeoutMs: number, system: SystemKeepalive): Outcome {
  if (system.kind === "unreadable" && userTimeoutMs === 0) {
    return { kind: "unknown", why: `net.ipv4.tcp_retries2 decides, and could not be read: ${system.why}` };
  }
  const settings = { idleMs: 1000, intervalMs: 1000, probes: 1, userTimeoutMs };
  return outcomeOf(settings, {
    unacknowledgedData: true,
    ...(system.kind === "read" && { retries2: system.retries2, rtoMaxMs: system.rtoMaxMs }),
  });
}

/** `settings`: or why they are not known. */
function outcomeOf(settings: KeepaliveSettings | string, conditions: KeepaliveConditions): Outcome {
  if (typeof settings === "string") return { kind: "unknown", why: settings };
  return { kind: "noticed", ...keepaliveBound(settings, { ...conditions, range: "system" }) };
}

const DAY_MS = 86_400_000;

/** A probe and its answer, both bare segments, each time a live peer is asked. */
function octetsPerDay(settings: KeepaliveSettings | string): number | null {
  if (typeof settings === "string") return null;
  return Math.round((DAY_MS / keepalivePeriodMs(settings)) * 2 * TCP_SEGMENT_OCTETS);
}

function trapsOf(
  settings: KeepaliveSettings | string,
  system: SystemKeepalive,
  path: readonly MiddleboxName[] | undefined,
): readonly KeepaliveFinding[] | null {
  if (typeof settings === "string") return null;
  return lintKeepalive(settings, {
    range: "system",
    ...(system.kind === "read" && { system }),
    ...(path !== undefined && { path }),
  });
}
