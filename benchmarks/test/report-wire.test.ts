import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { answer } from "../report/answer.js";
import { renderMarkdown } from "../report/markdown.js";
import { headlines } from "../report/page/headlines.js";
import type { Results, WireRow } from "../report/results.js";
import { wireTable } from "../report/tables.js";
import { deviationOf, deviationText, volumeOf } from "../report/wire.js";
import { syntheticResults } from "./report-fixture.js";

const base = syntheticResults({ links: 4 });
const kernel = { proves: "connection" } as const;
const program = { proves: "process" } as const;

/** A check a second: so many octets in a frame each way. */
function row(octets: number, off = 1, subject = "udp-echo"): WireRow {
  const both = (value: number) => ({ out: value, in: value });
  return {
    subject,
    seconds: 60,
    frames: both(60),
    octets: both(60 * octets),
    minimumFrameOctets: both(60 * Math.max(60, octets)),
    perHour: both(3600 * octets * off),
    predictedPerHour: both(3600 * octets),
  };
}

describe("octets on a real wire", () => {
  test("short frames count 60, long ones what they are, over the time they took", () => {
    expect(volumeOf(row(52))).toEqual({ out: 216_000, in: 216_000, together: 432_000 });
    expect(volumeOf(row(66)).together).toBe(2 * 3600 * 66);
    expect(volumeOf({ ...row(52), seconds: 120 }).together).toBe(216_000);
  });

  test("where no sizes were captured, the frames tell", () => {
    expect(volumeOf({ ...row(52), minimumFrameOctets: null })).toEqual(volumeOf(row(52)));
    expect(volumeOf({ ...row(66), minimumFrameOctets: null })).toEqual(volumeOf(row(66)));
  });

  test("decide the ratio: UDP echo is dearer than keepalive, though its unpadded frames are not", () => {
    const wire = [row(66, 0.977, "tcp-keepalive"), row(56, 1.14)].map((each, index) => ({
      ...each,
      seconds: index === 0 ? 60 / 0.977 : 60 / 1.14,
    }));
    const results: Results = { ...base, wire };
    expect(wire[1]!.perHour.out).toBeLessThan(wire[0]!.perHour.out);
    expect(headlines(results).find(({ figure }) => figure.endsWith("×"))?.figure).toBe("1.06 ×");
    expect(answer(results).join(" ")).toContain(
      "keepalive 464 kB an hour on the wire, and the heartbeats: UDP echo 492 kB",
    );
  });
});

describe("a prediction of octets", () => {
  test.each([
    ["within the tolerance", row(66, 1.019), program, false, "+1.9 %"],
    ["more than predicted", row(66, 1.021), program, true, "! +2.1 %"],
    ["fewer than predicted", row(66, 0.976), program, true, "! −2.4 %"],
    ["fewer, by the kernel's late timers", row(66, 0.976), kernel, false, "−2.4 %"],
    ["fewer than even those explain", row(66, 0.8), kernel, true, "! −20.0 %"],
    ["more, which late timers do not explain", row(66, 1.03), kernel, true, "! +3.0 %"],
    ["exactly as predicted", row(66), program, false, "0.0 %"],
  ])("%s", (_what, each, subject, flagged, text) => {
    const deviation = deviationOf(each, subject)!;
    expect(deviation.flagged).toBe(flagged);
    expect(deviationText(deviation)).toBe(text);
  });

  test("is not missed where there is none", () => {
    expect(deviationOf({ ...row(66), predictedPerHour: { out: 0, in: 0 } }, program)).toBeUndefined();
  });

  test("that failed is flagged in the answer, in Markdown and in the terminal, within 100 columns", () => {
    const results: Results = { ...base, wire: [row(66, 1.1, "tcp")] };
    expect(answer(results).join(" ")).toContain("the octets of tcp (+10.0 %)");
    expect(renderMarkdown(results)).toMatch(/\| TCP heartbeat .*\| ! \+10\.0 % \|/);
    const table = stripVTControlCharacters(wireTable(results));
    expect(table).toContain("! +10.0 %");
    for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(answer({ ...base, wire: [row(66, 1, "tcp")] }).join(" ")).not.toContain("octets of tcp");
  });
});
