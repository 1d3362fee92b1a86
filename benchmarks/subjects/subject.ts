import type { Proof } from "heartwire";
import type { EndCommand, FaultEffect } from "../faults/index.js";
import type { VerdictBy } from "./verdict.js";

/** What every subject is set to, as far as it has such knobs. */
export interface NominalSettings {
  /** Between two checks, ms. */
  readonly intervalMs: number;
  /** Checks that may fail. */
  readonly misses: number;
}

/** One second, three misses: quick enough to measure, slow enough that no machine is too slow. */
export const NOMINAL: NominalSettings = { intervalMs: 1000, misses: 3 };

/**
 * What the settings have in common, whatever the knobs of each: from the fault to the verdict in the worst case,
 * timers on time. Every subject is set to come as near to it as its own knobs allow.
 */
export function budgetMs({ intervalMs, misses }: NominalSettings): number {
  return intervalMs * misses;
}

/** A subject's settings, with what they come to: "…: 3 s at worst". */
export function atWorst(settings: string, worstMs: number): string {
  return `${settings}: ${worstMs / 1000} s at worst`;
}

/** What an end is told when it starts. */
export interface EndContext {
  /** Where the listening end listens. */
  readonly address: string;
  /** The ports it listens on, for the other end; empty for the listening end itself. */
  readonly ports: readonly number[];
  /** How many links to open. They start evenly spread over one interval. */
  readonly links: number;
  readonly settings: NominalSettings;
  /** All links on one server, as an application has them, even where a server has but one phase for all. */
  readonly oneServer?: boolean;
  /** The peer beats, with so many octets of its application's in each beat. Known to those with {@link Subject.carries}. */
  readonly payloadOctets?: number;
}

/** What the monitor's end says of one of its links. */
export type LinkReport =
  | { readonly type: "alive"; readonly link: number }
  | { readonly type: "suspect"; readonly link: number }
  /** A beat came that shall have carried something: whether all of that came with it. */
  | { readonly type: "carried"; readonly link: number; readonly intact: boolean }
  | { readonly type: "dead"; readonly link: number; readonly cause: string; readonly by: VerdictBy };

/** The peer's end, once it runs. */
export interface PeerEnd {
  /** Where it listens, if it is the one that listens. */
  readonly ports: readonly number[];
  /** Programs of others that it has started and that do its part: what hits its own process hits them too. */
  readonly pids?: readonly number[];
  /** Makes those end by themselves, without a word to anybody, and waits for it; its own process ends after them. */
  readonly exit?: () => Promise<void>;
}

/** The monitor's end, once it runs. */
export interface MonitorEnd {
  /** Where it listens, if it is the one that listens. */
  readonly ports: readonly number[];
  /**
   * Makes the application write a few octets on each link. Absent where a link carries nothing but
   * heartbeats: those are then the data in flight.
   */
  readonly writeApplicationData?: () => void;
}

/** What a subject should do. */
export type Expectation =
  | {
      readonly kind: "detected";
      readonly bestMs: number;
      readonly worstMs: number;
      /** What makes it take so long, where that needs saying: a clause. */
      readonly why?: string;
    }
  | { readonly kind: "never"; readonly why: string };

/** A fault under which the peer lives. */
export type HarmlessEffect = Extract<FaultEffect, { kind: "harmless" }>;

/** What share of its links a subject should call dead although their peers live. `why` is a clause. */
export type MistakeExpectation =
  /** Equal, unless the formula leaves something open. `by`: whose verdicts these are; default the monitor's. */
  | {
      readonly kind: "share";
      readonly least: number;
      readonly most: number;
      readonly why: string;
      readonly by?: "monitor" | "other-end";
    }
  | { readonly kind: "not-predicted"; readonly why: string };

/** What a subject should put on the wire, one link, seen from the monitor. */
export interface WireExpectation {
  readonly framesPerHour: { readonly out: number; readonly in: number };
  readonly octetsPerHour: { readonly out: number; readonly in: number };
  /** Probes that are answered, or beats. */
  readonly checksPerHour: number;
}

/** A contender: a way to notice that the peer is gone. Its ends run in processes of their own. */
export interface Subject {
  /** As in results.json. */
  readonly name: string;
  /** As in a table's head; short. */
  readonly title: string;
  /** A control watches nothing: it shows what happens to who does not. */
  readonly kind: "heartwire" | "rival" | "control";
  /** What its evidence proves of the peer. */
  readonly proves: Proof;
  readonly protocol: "tcp" | "udp";
  /** Which end has to run first. */
  readonly listensAt: "monitor" | "peer";
  /** Says what this machine lacks for it, and what to do about it; absent where Node is enough. */
  readonly missing?: () => string | undefined;
  /** What its peer's end cannot be told to do to itself, each with the reason: a sentence without its full stop. */
  readonly peerCannot?: Partial<Readonly<Record<EndCommand["type"], string>>>;
  /** The nominal settings in its own words, and its worst case under them. */
  settingsInWords(settings: NominalSettings): string;
  monitorEnd(context: EndContext, report: (report: LinkReport) => void): Promise<MonitorEnd>;
  peerEnd(context: EndContext): Promise<PeerEnd>;
  expectDetection(effect: FaultEffect, settings: NominalSettings): Expectation;
  /** Watched for `watchedMs` from the beginning of the fault. */
  expectMistakes(effect: HarmlessEffect, settings: NominalSettings, watchedMs: number): MistakeExpectation;
  expectWire(settings: NominalSettings): WireExpectation;
  /** Its heartbeats can carry octets of the application's: its ends heed `payloadOctets`. */
  readonly carries?: true;
  /** Of a control: the faults under which it means something, and takes part. */
  appearsUnder?(effect: FaultEffect): boolean;
  /** What it does when nobody sets anything, where that is something else. Too long to wait for: predicted. */
  readonly atDefaults?: {
    readonly settingsInWords: string;
    expectDetection(effect: FaultEffect): Expectation;
  };
}
