/** What of a canvas, or of a path, Plot hands to a symbol. */
interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

/** A mark of a subject: a circle, or a shape with corners, as Plot draws it and as a path of its own. */
export type Shape = "circle" | RivalShape;

/** The outline of a rival's mark. */
export interface RivalShape {
  /** As Plot asks for it: `size` is the area of the circle that it stands for. */
  draw(pen: Pen, size: number): void;
  /** SVG path data around the origin, of the size that Plot gives a dot of radius `r`. */
  path(r: number): string;
}

type Corners = readonly (readonly [x: number, y: number])[];

/** Corners on a circle, from the top. */
function polygon(count: number, turn = 0, radii: readonly number[] = [1.25]): Corners {
  return Array.from({ length: count * radii.length }, (_, index) => {
    const angle = turn + (2 * Math.PI * index) / (count * radii.length) - Math.PI / 2;
    const radius = radii[index % radii.length]!;
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  });
}

const PLUS: Corners = [
  [-0.4, -1.2],
  [0.4, -1.2],
  [0.4, -0.4],
  [1.2, -0.4],
  [1.2, 0.4],
  [0.4, 0.4],
  [0.4, 1.2],
  [-0.4, 1.2],
  [-0.4, 0.4],
  [-1.2, 0.4],
  [-1.2, -0.4],
  [-0.4, -0.4],
];
const HOURGLASS: Corners = [
  [-1, -1.1],
  [1, -1.1],
  [-1, 1.1],
  [1, 1.1],
];

/** Told apart at a glance when small and hollow. */
const OUTLINES: readonly Corners[] = [
  polygon(4, Math.PI / 4),
  polygon(3, 0, [1.4]),
  polygon(4, 0, [1.4]),
  polygon(3, Math.PI, [1.4]),
  PLUS,
  HOURGLASS,
  polygon(5, 0, [1.6, 0.7]),
  polygon(6, 0, [1.3]),
];

/** The shape of a rival; they repeat after eight. */
export function rivalShape(index: number): RivalShape {
  const corners = OUTLINES[index % OUTLINES.length]!;
  const scaled = (r: number) => corners.map(([x, y]) => [x * r, y * r] as const);
  return {
    draw(pen, size) {
      const [first, ...others] = scaled(Math.sqrt(size / Math.PI));
      pen.moveTo(...first!);
      for (const corner of others) pen.lineTo(...corner);
      pen.closePath();
    },
    path: (r) =>
      `M${scaled(r)
        .map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`)
        .join("L")}Z`,
  };
}
