import type { QosPoint, QosResults } from "./results.js";

/** A point of ours held against the plain timeout as it is usually set, under one condition. */
export interface Bargain {
  readonly condition: string;
  readonly plain: QosPoint;
  /**
   * Of the points of ours that detect sooner, and beyond doubt make fewer mistakes (their 95 % intervals do not meet), the
   * one with the fewest; undefined: there is none.
   */
  readonly better: QosPoint | undefined;
  /** How much `better` costs: its octets over the plain one's. */
  readonly octetsRatio: number | undefined;
}

/**
 * Whether our policies are both sooner and less often wrong than a `setTimeout` loop of three intervals, on the same beats.
 */
export function bargains({ conditions, contenders, points }: QosResults): Bargain[] {
  const ours = new Set(contenders.filter(({ kind }) => kind === "heartwire").map(({ name }) => name));
  return conditions.flatMap(({ name: condition }) => {
    const here = points.filter((point) => point.condition === condition);
    const plain = here.find(({ contender, value }) => contender === "plain-timeout" && value === 3);
    if (plain === undefined) return [];
    const [better] = here
      .filter((point) => ours.has(point.contender) && isBetter(point, plain))
      .sort((a, b) => upperBound(a) - upperBound(b));
    return [{ condition, plain, better, octetsRatio: better && better.octetsPerHour / plain.octetsPerHour }];
  });
}

function isBetter(point: QosPoint, plain: QosPoint): boolean {
  if (point.detectionMs === null || plain.detectionMs === null || point.undetected > 0) return false;
  return (
    point.detectionMs.mean < plain.detectionMs.mean && upperBound(point) < plain.mistakesPerHourInterval.from
  );
}

function upperBound({ mistakesPerHourInterval }: QosPoint): number {
  return mistakesPerHourInterval.to ?? Number.POSITIVE_INFINITY;
}
