import {
  type Candidate,
  type Configuration,
  DEFAULT_DETECT_WITHIN_MS,
  DEFAULT_MISTAKES_PER_DAY,
  LONGEST_DETECTION_MS,
  mistakesOf,
  octetsOf,
  type Requirement,
  type Requirements,
} from "./requirements.js";

/** All settings worth trying whose worst case of detection is within a time; none, if that is too short. */
export type CandidatesWithin<Options> = (detectWithinMs: number) => readonly Candidate<Options>[];

interface Limits {
  readonly mistakesPerDay: number;
  readonly octetsPerHour: number;
}

/** So often the span of possible detection times is halved: from a day to less than its billionth. */
const HALVINGS = 40;

/**
 * Chooses among candidates. With a time to detect within: the fewest octets that meet all. Without: the soonest
 * detection. The longer the time, the more candidates meet the rest, so it can be bisected.
 */
export function chooseConfiguration<Options>(
  { detectWithinMs, ...asked }: Requirements,
  candidatesWithin: CandidatesWithin<Options>,
): Configuration<Options> {
  const limits = {
    mistakesPerDay: asked.mistakesPerDay ?? DEFAULT_MISTAKES_PER_DAY,
    octetsPerHour: asked.octetsPerHour ?? Number.POSITIVE_INFINITY,
  };
  const withinMs =
    detectWithinMs ?? (asked.octetsPerHour === undefined ? DEFAULT_DETECT_WITHIN_MS : undefined);
  const candidates = withinMs === undefined ? [] : candidatesWithin(withinMs);
  // Mistakes that nobody asked about are no requirement, but as few as the rest allows.
  const best =
    cheapest(candidates.filter((candidate) => meets(candidate, limits))) ??
    (asked.mistakesPerDay === undefined
      ? surest(candidates.filter((each) => affords(each, limits)))
      : undefined);
  if (best !== undefined) return { kind: "met", ...best };
  const soonest = soonestThatMeets(candidatesWithin, limits);
  if (detectWithinMs === undefined && soonest !== undefined) return { kind: "met", ...soonest };
  return {
    kind: "cannot",
    ...explain(candidates, limits, detectWithinMs, soonest),
    nearest: soonest ?? leastBad(candidatesWithin(LONGEST_DETECTION_MS), limits),
  };
}

function soonestThatMeets<Options>(
  candidatesWithin: CandidatesWithin<Options>,
  limits: Limits,
): Candidate<Options> | undefined {
  const within = (ms: number) => cheapest(candidatesWithin(ms).filter((each) => meets(each, limits)));
  let best = within(LONGEST_DETECTION_MS);
  if (best === undefined) return undefined;
  let [tooShort, enough] = [0, Math.log(LONGEST_DETECTION_MS)];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (tooShort + enough) / 2;
    const found = within(Math.exp(middle));
    if (found === undefined) tooShort = middle;
    else [best, enough] = [found, middle];
  }
  return best;
}

function explain<Options>(
  candidates: readonly Candidate<Options>[],
  limits: Limits,
  detectWithinMs: number | undefined,
  soonest: Candidate<Options> | undefined,
): { readonly unmet: readonly Requirement[]; readonly why: string } {
  if (detectWithinMs === undefined) {
    const why = `within a day of silence no settings make at most ${limits.mistakesPerDay} mistakes a day with at most ${limits.octetsPerHour} octets an hour`;
    return { unmet: ["mistakesPerDay", "octetsPerHour"], why };
  }
  if (candidates.length === 0) {
    const worstMs = soonest?.prediction.detectionMs.worst;
    const least = worstMs === undefined ? "" : `; with the other requirements it takes ${show(worstMs)} ms`;
    const why = `${detectWithinMs} ms leave no time for an interval beside the way of the last heartbeat, its jitter, an outage to sit out, and the timers${least}`;
    return { unmet: ["detectWithinMs"], why };
  }
  const fewest = Math.min(...candidates.map(({ prediction }) => mistakesOf(prediction)));
  const least = Math.min(...candidates.map(({ prediction }) => octetsOf(prediction)));
  const mistaken = fewest > limits.mistakesPerDay;
  const dear = least > limits.octetsPerHour;
  const mistakes = `at least ${show(fewest)} mistakes a day must be expected, not ${limits.mistakesPerDay}`;
  const octets = `at least ${Math.ceil(least)} octets an hour are needed, not ${limits.octetsPerHour}`;
  const within = `to detect within ${detectWithinMs} ms on this path`;
  if (mistaken && dear)
    return { unmet: ["mistakesPerDay", "octetsPerHour"], why: `${within} ${mistakes}, and ${octets}` };
  if (mistaken) return { unmet: ["mistakesPerDay"], why: `${within} ${mistakes}` };
  if (dear) return { unmet: ["octetsPerHour"], why: `${within} ${octets}` };
  const rare = candidates.filter(({ prediction }) => mistakesOf(prediction) <= limits.mistakesPerDay);
  const price = Math.min(...rare.map(({ prediction }) => octetsOf(prediction)));
  const why = `${within}, ${limits.mistakesPerDay} mistakes a day cost ${Math.ceil(price)} octets an hour, not ${limits.octetsPerHour}`;
  return { unmet: ["mistakesPerDay", "octetsPerHour"], why };
}

const show = (figure: number): string => String(Number(figure.toPrecision(3)));

function meets(candidate: Candidate<unknown>, limits: Limits): boolean {
  return affords(candidate, limits) && mistakesOf(candidate.prediction) <= limits.mistakesPerDay;
}

function affords({ prediction }: Candidate<unknown>, { octetsPerHour }: Limits): boolean {
  return octetsOf(prediction) <= octetsPerHour;
}

function leastBad<Options>(
  candidates: readonly Candidate<Options>[],
  limits: Limits,
): Candidate<Options> | undefined {
  return surest(candidates.filter((each) => affords(each, limits))) ?? cheapest(candidates);
}

function cheapest<Options>(candidates: readonly Candidate<Options>[]): Candidate<Options> | undefined {
  return least(candidates, octetsOf);
}

function surest<Options>(candidates: readonly Candidate<Options>[]): Candidate<Options> | undefined {
  return least(candidates, mistakesOf);
}

function least<Options>(
  candidates: readonly Candidate<Options>[],
  measure: (prediction: Candidate<Options>["prediction"]) => number,
): Candidate<Options> | undefined {
  return candidates.reduce<Candidate<Options> | undefined>(
    (best, each) => (best === undefined || measure(each.prediction) < measure(best.prediction) ? each : best),
    undefined,
  );
}
