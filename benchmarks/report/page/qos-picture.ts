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
    readonly ours: readonly (QosSide & { readonly fewer: Interval })[];
  }[];
  readonly notMeasured: readonly { readonly what: string; readonly why: string }[];
}

/** At a confidence of 95 %; `null`: without end. */
export interface Interval {
  readonly from: number;
  readonly to: number | null;
}

/** A contender at one value of its parameter, under one condition. */
export interface QosCurvePoint {
  readonly condition: string;
  readonly contender: string;
  readonly value: number;
  readonly detectionMs: { readonly mean: number } | null;
  readonly mistakes: number;
  readonly mistakesPerHour: number;
  readonly mistakesPerHourInterval: Interval;
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
