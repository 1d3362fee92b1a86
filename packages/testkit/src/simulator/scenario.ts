import { type GroupSilenceOptions, requireDurationMs, requireInteger } from "@heartwire/core";
import { checkDistribution, type Distribution } from "./distribution.js";
import { checkNetwork, type NetworkModel } from "./lane.js";

/** Faults of one kind: the time from one's end to the next, and how long each lasts. */
export interface Recurring {
  readonly every: Distribution;
  readonly lasting: Distribution;
}

/** A world: one monitoring process, its peers, each on a host of its own, and what happens to them. */
export interface Scenario {
  /** 0 to 2^53 - 1. The whole run follows from it. */
  readonly seed: number;
  /** 1 to 1 000 000. */
  readonly peers: number;
  readonly durationMs: number;
  readonly network: NetworkModel;
  /** Each host's monotonic clock runs at a rate of its own, 1 ± this many millionths, evenly spread. 0 to 1000. */
  readonly driftPpm: number;
  /** A timer of a process that runs fires up to this late, evenly spread. */
  readonly timerSlackMs: number;
  /** How many frames wait for a process that does not read; more are dropped. At most 8192. */
  readonly receiveBufferFrames: number;
  /** Each peer crashes and is restarted: a new process, a new session. */
  readonly crashes?: Recurring;
  /** The share of these ends that are orderly: a `bye` goes out first. */
  readonly orderlyShare: number;
  /** The monitor's process does not run: SIGSTOP, a blocked loop, a long garbage collection. */
  readonly monitorStalls?: Recurring;
  /** The same, of each peer. */
  readonly peerStalls?: Recurring;
  /**
   * The monitor's machine sleeps: what arrives meanwhile is lost. When it wakes up its monotonic clock has jumped (as on
   * macOS and in virtual machines), or stands where it stood (CLOCK_MONOTONIC on Linux).
   */
  readonly monitorSuspends?: Recurring & { readonly clock: "jumps" | "stands" };
  /** The monitor suspects itself first where so many of its peers are silent together; see `GroupSilence`. */
  readonly groupSilence?: Required<Pick<GroupSilenceOptions, "share" | "least">>;
  /** Both applications write now and then, for a while, an octet or more each `gapMs`. */
  readonly applicationData?: Recurring & { readonly gapMs: number };
  /** What the monitor asks its peers to keep to, and they the monitor: see `DetectorOptions.minReceiveMs`. */
  readonly monitorMinReceiveMs?: number;
  readonly peerMinReceiveMs?: number;
  /** The monitor is cut off from a random group of its peers: both ways, or one. */
  readonly partitions?: Recurring & {
    /** The share of all peers on the other side, drawn peer by peer; 0: exactly one peer. */
    readonly share: number;
  };
  /** How long after a verdict the monitor opens the next link, if the peer runs; else after its restart. */
  readonly relinkAfterMs: number;
}

/** A turn of the event loop reads at most so many datagrams of a socket (libuv, uv__udp_recvmsg), and a drain has 256. */
export const MAX_BUFFER_FRAMES = 8192;

/** @throws RangeError naming what cannot be. */
export function checkScenario(scenario: Scenario): void {
  requireInteger("seed", scenario.seed, 0, Number.MAX_SAFE_INTEGER);
  requireInteger("peers", scenario.peers, 1, 1_000_000);
  requireInteger("receiveBufferFrames", scenario.receiveBufferFrames, 1, MAX_BUFFER_FRAMES);
  requireDurationMs("durationMs", scenario.durationMs, 1, Number.MAX_SAFE_INTEGER);
  requireDurationMs("timerSlackMs", scenario.timerSlackMs, 0, 1000);
  requireDurationMs("relinkAfterMs", scenario.relinkAfterMs, 0, Number.MAX_SAFE_INTEGER);
  requireDurationMs(
    "applicationData.gapMs",
    scenario.applicationData?.gapMs ?? 1,
    1,
    Number.MAX_SAFE_INTEGER,
  );
  for (const name of ["monitorMinReceiveMs", "peerMinReceiveMs"] as const) {
    requireInteger(name, scenario[name] ?? 1, 1, 0xffff_ffff);
  }
  checkNetwork(scenario.network);
  const { driftPpm, orderlyShare, partitions } = scenario;
  if (!(driftPpm >= 0 && driftPpm <= 1000)) {
    throw new RangeError(`driftPpm must be from 0 to 1000, not ${driftPpm}`);
  }
  for (const [name, share] of [
    ["orderlyShare", orderlyShare],
    ["partitions.share", partitions?.share ?? 0],
  ] as const) {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`${name} must be from 0 to 1, not ${share}`);
  }
  for (const name of [
    "crashes",
    "monitorStalls",
    "monitorSuspends",
    "peerStalls",
    "partitions",
    "applicationData",
  ] as const) {
    const faults = scenario[name];
    if (faults === undefined) continue;
    checkDistribution(`${name}.every`, faults.every);
    checkDistribution(`${name}.lasting`, faults.lasting);
  }
}
