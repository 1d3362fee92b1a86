import type { HostProcess, Instant, Lab } from "../lab/index.js";

/** What goes wrong in a trial. */
export interface Fault {
  /** Short, for file names and tables: lower-case letters and dashes. */
  readonly name: string;
  /** In plain words, for a newcomer. */
  readonly title: string;
  /** What it does to the evidence; predictions depend on this alone, never on the name. */
  readonly effect: FaultEffect;
  /**
   * Breaks it.
   *
   * @returns when it broke, stamped as close to the act as the machine allows
   * @throws Error if it could not be broken
   */
  strike(context: FaultContext): Promise<Instant>;
  /** Makes the lab fit for the next trial. The dead do not rise: a killed process must be spawned again. */
  heal(context: FaultContext): Promise<void>;
}

/** What a fault needs to strike. */
export interface FaultContext {
  readonly lab: Lab;
  /** The processes that run at the peer; all of them are hit alike. */
  readonly peers: readonly HostProcess[];
  /** Makes the application at the monitor write to the peer, and resolves once it has. */
  writeApplicationData(): Promise<void>;
}

/**
 * Which evidence of life a fault silences, and which it leaves. Evidence comes from the peer's kernel (TCP
 * acknowledgements), from its process (an answered ping) or from its application (bytes of its own).
 */
export type FaultEffect =
  | {
      /** Process and application fall silent; the peer's kernel and the network work on. */
      readonly silences: "process";
      /** What the peer's kernel does with them: closing is seen at once, keeping hides the loss. */
      readonly sockets: "closed" | "kept";
    }
  | {
      /** Kernel, process and application fall silent together, in both directions. */
      readonly silences: "network";
      /** What becomes of packets to the peer: dropped silently, or answered with ICMP unreachable. */
      readonly packets: "dropped" | "refused";
      /** Whether the monitor waits for the acknowledgement of data, which suspends TCP keepalive. */
      readonly unacknowledgedData: boolean;
    };
