import type { Heartbeat, Malformed } from "@heartwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SharedReader } from "../src/shared-reader.js";
import { anyCuts, anyHeartbeat, cut, framed } from "./support/frames.js";

function piece(octets: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(1, octets.length >> 8, octets.length & 0xff), octets]);
}

function readAll(chunks: readonly Buffer[]) {
  const frames: (Heartbeat | Malformed)[] = [];
  const pieces: Buffer[] = [];
  const ends: number[] = [];
  const lost: string[] = [];
  const reader = new SharedReader({
    frame: (frame) => frames.push(frame),
    applicationOctets: (octets) => pieces.push(Buffer.from(octets)),
    applicationEnd: () => ends.push(Buffer.concat(pieces).length),
    outOfSync: (detail) => lost.push(detail),
  });
  for (const chunk of chunks) reader.read(chunk);
  return { frames, pieces, octets: Buffer.concat(pieces), ends, lost };
}

const anyMessage = fc.oneof(anyHeartbeat, fc.uint8Array({ minLength: 1, maxLength: 600 }));

describe("SharedReader", () => {
  test("gives both users theirs, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 20 }), anyCuts, (messages, cuts) => {
        const stream = messages.map((each) => ("kind" in each ? Buffer.of(0, ...framed(each)) : piece(each)));
        const chunks = cut(Buffer.concat([...stream, Buffer.of(2)]), cuts);
        const chunkCount = chunks.length;
        const { frames, pieces, octets, ends, lost } = readAll(chunks);
        const sent = Buffer.concat(messages.filter((each) => each instanceof Uint8Array));
        expect(frames).toEqual(messages.filter((each) => "kind" in each));
        expect(octets).toEqual(sent);
        expect(ends).toEqual([sent.length]);
        expect(lost).toEqual([]);
        expect(pieces.length).toBeLessThanOrEqual(chunkCount);
      }),
    );
  });

  test("heartbeats go on after the end of the application's octets", () => {
    const beat: Heartbeat = { kind: "beat", seq: 1, intervalMs: 2 };
    const { frames, lost } = readAll([Buffer.concat([Buffer.of(2, 0), framed(beat)])]);
    expect(frames).toEqual([beat]);
    expect(lost).toEqual([]);
  });

  test.each([
    ["an unknown channel", [3]],
    ["a piece of no octets", [1, 0, 0]],
    ["a piece of more than 16 KiB", [1, 0x40, 0x01]],
    ["octets after the end", [2, 1, 0, 1, 7]],
    ["a second end", [2, 2]],
  ])("%s is out of sync, once, and ends the reading", (_, octets) => {
    const { lost, frames } = readAll([Buffer.from(octets), Buffer.of(0, 1, 0x30), Buffer.of(9)]);
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatch(/out of sync/);
    expect(frames).toEqual([]);
  });

  test("any octets at all are taken the same way however they come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), anyCuts, (octets, cuts) => {
        const one = readAll([Buffer.from(octets)]);
        const many = readAll(cut(Buffer.from(octets), cuts));
        expect({ ...many, pieces: [] }).toEqual({ ...one, pieces: [] });
      }),
    );
  });
});
