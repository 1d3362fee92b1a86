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

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Mean width of a character and height of a line, at 12 px. */
const CHARACTER_PX = 7.3;
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

/**
 * Puts a name beside each point, one after the other, at the first place where it covers neither a point nor
 * another name and stays within the frame. Where there is no such place, the first will do.
 *
 * @param others points without a name that are not to be covered either
 */
export function placeLabels(
  points: readonly Labelled[],
  frame: Box,
  others: readonly Omit<Labelled, "text">[] = [],
): Placement[] {
  const taken: Box[] = [...points, ...others].map(({ x, y }) => ({
    left: x - POINT_PX,
    right: x + POINT_PX,
    top: y - POINT_PX,
    bottom: y + POINT_PX,
  }));
  return points.map((point) => {
    const free = (place: Placement) => {
      const box = boxOf(point, place);
      return contains(frame, box) && !taken.some((other) => overlaps(box, other));
    };
    const place = PLACES.find(free) ?? PLACES[0]!;
    taken.push(boxOf(point, place));
    return place;
  });
}

function boxOf({ x, y, text }: Labelled, { dx, dy, anchor }: Placement): Box {
  const width = text.length * CHARACTER_PX;
  const shift = { start: 0, middle: width / 2, end: width }[anchor];
  const left = x + dx - shift;
  return { left, right: left + width, top: y + dy - LINE_PX / 2, bottom: y + dy + LINE_PX / 2 };
}

function contains(frame: Box, box: Box): boolean {
  return (
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom
  );
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
