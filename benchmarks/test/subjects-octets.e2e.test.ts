// What each contender says it puts on the wire, held against what a lab counts there.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { labSupport } from "../lab/index.js";
import type { WireRow } from "../report/results.js";
import { NOMINAL, subjects } from "../subjects/index.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const AT_ONCE = 4;
/** Spread over a contender's period, they make the edges of the window cost a quarter of an exchange. */
const LINKS = 4;
const WINDOW_MS = 10_000;
const TOLERANCE = 0.15;

const support = await labSupport();

describe.skipIf(support.kind === "none")("on the wire", () => {
  let rows: WireRow[] = [];

  beforeAll(async () => {
    const args = [AT_ONCE, LINKS, WINDOW_MS].map(String);
    const entering = [path("lab/enter.mjs"), path("subjects-octets.mjs"), ...args];
    const { stdout } = await promisify(execFile)(process.execPath, entering);
    rows = JSON.parse(stdout);
  }, 180_000);

  test.for(subjects.map((each) => [each.name, each] as const))(
    "%s is as frequent and as large as it says, both ways",
    ([name, subject], context) => {
      const why = subject.missing?.();
      if (why !== undefined) context.skip(why);
      const row = rows.find((each) => each.subject === name)!;
      const { framesPerHour, octetsPerHour } = subject.expectWire(NOMINAL);
      for (const way of ["out", "in"] as const) {
        const framesMeasured = (row.frames[way] / row.seconds) * 3600;
        const octetsMeasured = row.perHour[way];
        const said = `${way}: ${framesMeasured} frames and ${octetsMeasured} octets`;
        if (framesPerHour[way] === 0) {
          expect(framesMeasured, said).toBe(0);
          continue;
        }
        expect(Math.abs(framesMeasured / framesPerHour[way] - 1), said).toBeLessThan(TOLERANCE);
        expect(Math.abs(octetsMeasured / octetsPerHour[way] - 1), said).toBeLessThan(TOLERANCE);
      }
    },
  );
});
