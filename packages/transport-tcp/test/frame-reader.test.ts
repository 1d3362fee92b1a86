import type { Heartbeat, Malformed } from "@heartwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader } from "../src/frame-reader.js";
import { anyCuts, anyHeartbeat, cut, framed } from "./support/frames.js";

function readAll(chunks: readonly Buffer[]): (Heartbeat | Malformed)[] {
  const reader = new FrameReader();
  const frames: (Heartbeat | Malformed)[] = [];
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      at = reader.take(chunk, at);
      if (reader.result !== undefined) frames.push(reader.result);
    }
  }
  return frames;
}

describe("FrameReader", () => {
  test("finds the same heartbeats however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(anyHeartbeat, { maxLength: 20 }), anyCuts, (heartbeats, cuts) => {
        expect(readAll(cut(Buffer.concat(heartbeats.map(framed)), cuts))).toEqual(heartbeats);
      }),
    );
  });

  test("finds every heartbeat when octets come one by one", () => {
    const heartbeats: Heartbeat[] = [
      { kind: "beat", seq: 1, intervalMs: 1000, payload: new Uint8Array(245).fill(7) },
      { kind: "bye" },
    ];
    const octets = Buffer.concat(heartbeats.map(framed));
    expect(readAll(Array.from(octets, (octet) => Buffer.of(octet)))).toEqual(heartbeats);
  });

  test("any octets at all are taken, and cut as announced, however they come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), anyCuts, (octets, cuts) => {
        const whole = Buffer.from(octets);
        expect(readAll(cut(whole, cuts))).toEqual(readAll([whole]));
      }),
    );
  });

  test("a malformed frame costs only itself", () => {
    const beat: Heartbeat = { kind: "beat", seq: 9, intervalMs: 5 };
    const octets = Buffer.concat([Buffer.of(3, 0xff, 0xff, 0xff), framed(beat), Buffer.of(0), framed(beat)]);
    expect(readAll([octets])).toEqual([
      { kind: "malformed", reason: "unknown-version" },
      beat,
      { kind: "malformed", reason: "empty" },
      beat,
    ]);
  });

  test("payloads outlive the chunk and the partial frame they came in", () => {
    const probe = (fill: number): Heartbeat => ({
      kind: "probe",
      seq: fill,
      payload: new Uint8Array(8).fill(fill),
    });
    const octets = Buffer.concat([framed(probe(1)), framed(probe(2)), framed(probe(3))]);
    const chunks = [octets.subarray(0, 20), octets.subarray(20)];
    const frames = readAll(chunks);
    octets.fill(0xee);
    expect(frames).toEqual([probe(1), probe(2), probe(3)]);
  });
});
