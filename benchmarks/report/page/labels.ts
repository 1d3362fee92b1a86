/** A point that wants its name beside it, in pixels. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Where a name goes, from its point. */
export interface Placement {
  readonly dx: number;
  readonly dy: number;
  readonly anchor: "start" | "middle" | "end";
}

/** A rectangle, in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Width of a character, bold and in a wide font, and height of a line, at 12 px. */
const CHARACTER_PX = 7.9;
const LINE_PX = 14;
const POINT_PX = 6;

/** Nearest places first: beside, above, below, then further out. */
const PLACES: readonly Placement[] = [0, 12, 24, 36, 50, 64, 78, 92, 106, 120, 140, 160, 180].flatMap(
  (far): Placement[] => [
    { dx: 9, dy: -far, anchor: "start" },
    { dx: -9, dy: -far, anchor: "end" },
    { dx: 9, dy: far, anchor: "start" },
    { dx: -9, dy: far, anchor: "end" },
    { dx: 0, dy: -14 - far, anchor: "middle" },
    { dx: 0, dy: 14 + far, anchor: "middle" },
  ],
);

/** What it costs a name to stand so: the pixels that it covers, by what lies there. */
const COST = { name: 6, point: 4, line: 1, outside: 20 } as const;
/** Of two places that cover the same, the nearer. */
const COST_OF_DISTANCE = 0.01;

/**
 * Puts a name beside each point, one after the other, at the first place where it covers neither a point, a line nor
 * another name and stays within the frame. Where there is no such place, where it covers least.
 *
 * @param others points without a name that are not to be covered either
 * @param lines the same of lines, upright or level
 */
export function placeLabels(
  points: readonly Labelled[],
  frame: Box,
  others: readonly Omit<Labelled, "text">[] = [],
  lines: readonly Box[] = [],
): Placement[] {
  const taken: { readonly box: Box; readonly cost: number }[] = [
    ...lines.map((box) => ({ box, cost: COST.line })),
    ...[...points, ...others].map(({ x, y }) => ({
      box: { left: x - POINT_PX, right: x + POINT_PX, top: y - POINT_PX, bottom: y + POINT_PX },
      cost: COST.point,
    })),
  ];
  return points.map((point) => {
    const costOf = (place: Placement) => {
      const box = boxOf(point, place);
      const outside = areaOf(box) - shared(box, frame);
      return taken.reduce((sum, other) => sum + other.cost * shared(box, other.box), COST.outside * outside);
    };
    let [best, least] = [PLACES[0]!, Number.POSITIVE_INFINITY];
    for (const place of PLACES) {
      const cost = costOf(place);
      const all = cost + COST_OF_DISTANCE * Math.abs(place.dy);
      if (all < least) [best, least] = [place, all];
      if (cost === 0) break;
    }
    taken.push({ box: boxOf(point, best), cost: COST.name });
    return best;
  });
}

function boxOf({ x, y, text }: Labelled, { dx, dy, anchor }: Placement): Box {
  const width = text.length * CHARACTER_PX;
  const shift = { start: 0, middle: width / 2, end: width }[anchor];
  const left = x + dx - shift;
  return { left, right: left + width, top: y + dy - LINE_PX / 2, bottom: y + dy + LINE_PX / 2 };
}

function areaOf({ left, right, top, bottom }: Box): number {
  return (right - left) * (bottom - top);
}

/** The area of both. */
function shared(a: Box, b: Box): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}
