import type { EndHost, HostProcess, Lab, LabTool, ProxyAddress, Upstream } from "../lab/index.js";
import type { Strike } from "./strike.js";

/** What goes wrong in a trial. */
export interface Fault {
  /** Short, for file names and tables: lower-case letters and dashes. */
  readonly name: string;
  /** In plain words, for a newcomer. */
  readonly title: string;
  /** What it does to the evidence; predictions depend on this alone, never on the name. */
  readonly effect: FaultEffect;
  /** What the lab must be able to do for it, beyond the basics; see `labTools`. */
  readonly needs?: readonly LabTool[];
  /**
   * For a harmless fault: how long it goes on, and so how long to watch for mistakes, plus the time that a
   * mistake takes to show. What ends by itself has ended by then; the others go on until they are healed.
   */
  readonly lastsMs?: number;
  /**
   * Changes the lab before any contender starts, where the fault needs that; {@link heal} undoes it.
   *
   * @throws Error with what to do, if this machine has not the means
   */
  prepare?(lab: Lab): Promise<void>;
  /**
   * Puts something between the ends before they meet, where the fault needs that. Called for each listener,
   * with the ports it listens on; returns where the other end must go instead.
   *
   * @throws Error if that protocol cannot be led through there
   */
  detour?(lab: Lab, listener: Listener): Promise<Destination>;
  /**
   * Breaks it. For a harmless fault: begins it, and may take as long as it lasts.
   *
   * @returns when it broke, stamped as close to the act as the machine allows
   * @throws Error if it could not be broken
   */
  strike(context: FaultContext): Promise<Strike>;
  /**
   * Makes the lab fit for the next trial. The dead do not rise: a killed process must be spawned again. Called after
   * each trial, though not where a lab is thrown away with what is in it, as after a recorded timeline.
   */
  heal(context: FaultContext): Promise<void>;
}

/** Who listens, and for what. */
export type Listener = Upstream;

/** Where to go to reach a listener: one port for each of its own, in the same order. */
export type Destination = ProxyAddress;

/** What a fault needs to strike. */
export interface FaultContext {
  readonly lab: Lab;
  /** The processes that run at the peer; all of them are hit alike. */
  readonly peers: readonly HostProcess[];
  /** The processes that run at the monitor. */
  readonly monitors: readonly HostProcess[];
  /** Makes the application at the monitor write to the peer, and resolves once it has. */
  writeApplicationData(): Promise<void>;
  /**
   * Makes every process at one end do something to itself. Resolves when all have said that they do, with the
   * instant at which they do it.
   */
  command(end: EndHost, command: EndCommand): Promise<Strike>;
}

/** What a process at an end can be told to do to itself. */
export type EndCommand =
  /** Ends by itself, without a word to anybody: its kernel closes what it had open. */
  | { readonly type: "exit" }
  /** Blocks its event loop for so long. */
  | { readonly type: "block"; readonly forMs: number }
  /** From now on its application's own health check fails (or passes again); its loop turns all the same. */
  | { readonly type: "health"; readonly healthy: boolean };

/**
 * Which evidence of life a fault silences, and which it leaves. Evidence comes from the peer's kernel (TCP
 * acknowledgements), from its process (an answered ping) or from its application (bytes of its own).
 */
export type FaultEffect =
  /** The process is gone; its kernel closes its sockets, and answers datagrams to them with a refusal. */
  | { readonly kind: "process-ended" }
  /** The process does not run; its kernel keeps the sockets open and acknowledges for them. */
  | { readonly kind: "process-hung" }
  /** The process runs and answers, but the application's own health check fails. */
  | { readonly kind: "application-unhealthy" }
  /** Packets no longer pass. */
  | {
      readonly kind: "path-cut";
      readonly directions: "both" | "to-peer" | "to-monitor";
      /** What becomes of what the monitor sends: dropped silently, answered with ICMP, or it cannot leave. */
      readonly packets: "dropped" | "refused" | "unsendable";
      /** Whether the monitor waits for the acknowledgement of data, which suspends TCP keepalive. */
      readonly unacknowledgedData: boolean;
    }
  /** The peer's host is back with an empty memory: it answers TCP with a reset, datagrams with a refusal. */
  | { readonly kind: "host-rebooted" }
  /** The peer is silent behind a proxy that lives, and keeps the monitor's connection. */
  | { readonly kind: "silent-behind-proxy" }
  /** The peer lives and can be reached, or soon will be again: whoever calls it dead is mistaken. */
  | {
      readonly kind: "harmless";
      /** How it may mislead: lost packets, late packets, silence for less than the detection time, our own stall. */
      readonly by: "loss" | "delay" | "outage" | "stall" | "nat";
      /** Share of packets lost in each direction, for `loss`. */
      readonly lossRate?: number;
      /**
       * How long, for `outage` and `stall`; how much on average and in each direction, for `delay`; how long a
       * mapping lives without a packet, for `nat`.
       */
      readonly forMs?: number;
      /** For `delay`: how much more, or less, it may be. */
      readonly jitterMs?: number;
    };
