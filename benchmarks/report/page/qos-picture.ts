import type { RatioInterval } from "../words.js";

/** What is drawn of the quality of service of failure detectors; qos.json has it. */
export interface QosPicture {
  readonly conditions: readonly { readonly name: string; readonly title: string; readonly why: string }[];
  readonly contenders: readonly {
    readonly name: string;
    readonly title: string;
    readonly kind: "heartwire" | "rival";
    readonly parameter: string;
    readonly standard: number;
  }[];
  readonly points: readonly QosCurvePoint[];
  readonly headlines: readonly {
    readonly title: string;
    readonly why: string;
    readonly peerHours: number;
    readonly plain: QosSide;
    readonly ours: readonly (QosSide & { readonly fewer: RatioInterval })[];
  }[];
  readonly bargains: readonly QosBargainRow[];
  readonly sensitivity: readonly QosCell[];
  readonly notMeasured: readonly { readonly what: string; readonly why: string }[];
  /** Where and when it was measured, which is not where and when the rest of a page was. */
  readonly environment: { readonly node: string; readonly cpuModel: string; readonly date: string };
}

/** A plain timeout and a policy of ours for no more octets, under one condition. */
export interface QosBargainRow {
  readonly title: string;
  readonly way: "asks" | "listens";
  readonly plain: QosBargainSide;
  readonly ours: QosBargainSide;
  readonly fewer: RatioInterval;
}

/** One of the two. */
export interface QosBargainSide {
  readonly settings: string;
  readonly detectionMs: { readonly mean: number } | null;
  readonly peerHours: number;
  readonly mistakes: number;
  readonly mistakesPerHour: number;
  readonly octetsPerHour: number;
}

/** The default policy against a plain timeout under one kind of bursts. */
export interface QosCell {
  readonly lossRate: number;
  readonly meanMs: number;
  readonly peerHours: number;
  readonly plainMistakes: number;
  readonly mistakes: number;
  readonly fewer: RatioInterval;
}

/** A contender at one value of its parameter, under one condition. */
export interface QosCurvePoint {
  readonly condition: string;
  readonly contender: string;
  readonly value: number;
  readonly detectionMs: { readonly mean: number } | null;
  readonly mistakes: number;
  readonly mistakesPerHour: number;
  readonly mistakesPerHourInterval: RatioInterval;
}

/** A policy in one world of the headline. */
export interface QosSide {
  readonly name: string;
  readonly settings: string;
  readonly mistakes: number;
  readonly afterStall: number;
  readonly detectionMs: { readonly mean: number; readonly maxRan: number };
  readonly boundMs: number;
  readonly crashes: number;
  readonly beyondBound: number;
  readonly octetsPerHour: number;
}

/** Three digits. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
