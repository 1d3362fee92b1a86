import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Recording, readRecordings, traceOf, writeRecording } from "../qos/recording.js";
import { needFor, observe, visitors, whyNoLab } from "./lab/outside.js";
import { binomialZ } from "./lab/statistics.js";

/** So far from what is expected chance strays once in two million times. */
const Z = 5;
const DURATION_MS = 5000;
/** One would do for each figure here; a busy machine may lose some to its own stalls. */
const LEAST_BEATS = 30;

describe.each(visitors)("beats recorded in the lab $title", (visitor) => {
  const why = whyNoLab(visitor);
  const need = needFor(visitor);
  beforeEach((context) => {
    if (why !== undefined) context.skip(why);
  });

  it("are all there, in the order of arrival, none read before it was sent, and survive the file", async () => {
    const recording = await observe<Recording>(visitor, "record", "recorded-quiet", String(DURATION_MS));
    expect(recording.beats.length).toBeGreaterThan(LEAST_BEATS);
    expect(recording.beats.length).toBe(recording.sent);
    for (const [, sentMs, arrivedMs] of recording.beats) expect(arrivedMs).toBeGreaterThanOrEqual(sentMs);
    const arrivals = recording.beats.map(([, , arrivedMs]) => arrivedMs);
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    expect(arrivals[0]).toBeGreaterThanOrEqual(0);
    expect(arrivals.at(-1)).toBeLessThan(DURATION_MS);
    // Beats go out at 75 to 100 % of 100 ms; a timer may be late, and the next beat makes up for it.
    const [first, last] = [recording.beats[0]!, recording.beats.at(-1)!];
    const meanMs = (last[1] - first[1]) / (recording.sent - 1);
    expect(meanMs).toBeGreaterThan(80);
    expect(meanMs).toBeLessThan(150);

    const folder = mkdtempSync(join(tmpdir(), "heartwire-recording-"));
    try {
      writeRecording(folder, recording);
      const [read] = readRecordings(folder);
      expect(read).toEqual(recording);
      expect(traceOf(read!).beats.seq).toHaveLength(recording.beats.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("miss those that the router lost, and only those", async (context) => {
    await need(context, "impairment");
    const { beats, sent } = await observe<Recording>(
      visitor,
      "record",
      "recorded-loss-20",
      String(DURATION_MS),
    );
    expect(beats.length).toBeLessThan(sent);
    expect(Math.abs(binomialZ(beats.length, sent, 0.8))).toBeLessThan(Z);
  });
});
