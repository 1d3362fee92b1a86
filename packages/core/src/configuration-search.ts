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

type Asked = Pick<Requirements, Requirement>;

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
  asked: Asked,
  candidatesWithin: CandidatesWithin<Options>,
): Configuration<Options> {
  const { detectWithinMs } = asked;
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
    ...explain(candidates, asked, soonest),
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

type Explanation = { readonly unmet: readonly Requirement[]; readonly why: string };

function explain(
  candidates: readonly Candidate<unknown>[],
  asked: Asked,
  soonest: Candidate<unknown> | undefined,
): Explanation {
  const { detectWithinMs, mistakesPerDay, octetsPerHour } = asked;
  const named = (["mistakesPerDay", "octetsPerHour"] as const).filter((name) => asked[name] !== undefined);
  if (detectWithinMs === undefined) {
    return { unmet: named, why: "no settings that detect within a day meet this on this path" };
  }
  if (candidates.length === 0) return tooSoon(detectWithinMs, soonest);
  const within = `to detect within ${detectWithinMs} ms on this path`;
  const fewest = Math.min(...candidates.map(({ prediction }) => mistakesOf(prediction)));
  const least = Math.min(...candidates.map(({ prediction }) => octetsOf(prediction)));
  const failures: [Requirement, string][] = [];
  if (mistakesPerDay !== undefined && fewest > mistakesPerDay) {
    failures.push(["mistakesPerDay", `up to ${show(fewest)} mistakes a day must be reckoned with`]);
  }
  if (octetsPerHour !== undefined && least > octetsPerHour) {
    failures.push(["octetsPerHour", `about ${Math.ceil(least)} octets an hour are needed`]);
  }
  if (failures.length > 0) {
    const texts = failures.map(([name, text]) => `${text}, not ${asked[name]}`);
    return { unmet: failures.map(([name]) => name), why: `${within} ${texts.join(", and ")}` };
  }
  const rare = candidates.filter(({ prediction }) => mistakesOf(prediction) <= mistakesPerDay!);
  const price = Math.min(...rare.map(({ prediction }) => octetsOf(prediction)));
  const why = `${within} surely no more than ${mistakesPerDay} mistakes a day take about ${Math.ceil(price)} octets an hour, not ${octetsPerHour}`;
  return { unmet: named, why };
}

function tooSoon(detectWithinMs: number, soonest: Candidate<unknown> | undefined): Explanation {
  const why = `${detectWithinMs} ms leave no time for an interval, beside the way of the last heartbeat, its jitter, the outage to sit out, and the timers`;
  if (soonest === undefined) return { unmet: ["detectWithinMs"], why };
  const worst = show(soonest.prediction.detectionMs.worst);
  return { unmet: ["detectWithinMs"], why: `${why}; with all else as asked it takes ${worst} ms` };
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
