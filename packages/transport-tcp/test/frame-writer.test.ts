import type { Heartbeat } from "@heartwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameForStream, MAX_TCP_PAYLOAD_OCTETS } from "../src/frame-writer.js";
import { anyHeartbeat, framed } from "./support/frames.js";

describe("frameForStream", () => {
  test("writes a length octet and the frame, behind a channel octet if there is one", () => {
    fc.assert(
      fc.property(anyHeartbeat, (heartbeat) => {
        expect(frameForStream(heartbeat)).toEqual(framed(heartbeat));
        expect(frameForStream(heartbeat, 0)).toEqual(Buffer.concat([Buffer.of(0), framed(heartbeat)]));
      }),
    );
  });

  test("the longest payload makes the longest frame; one more is oversized", () => {
    const beat = (octets: number): Heartbeat => ({
      kind: "beat",
      seq: 0,
      intervalMs: 0,
      payload: new Uint8Array(octets),
    });
    expect(frameForStream(beat(MAX_TCP_PAYLOAD_OCTETS))).toHaveLength(256);
    expect(frameForStream(beat(MAX_TCP_PAYLOAD_OCTETS + 1))).toEqual({
      kind: "oversized",
      octets: 256,
      limitOctets: 255,
    });
  });

  test("what is no heartbeat is named, not thrown", () => {
    expect(frameForStream({ kind: "probe", seq: -1 })).toEqual({
      kind: "protocol",
      detail: expect.stringMatching(/cannot send a probe: .*seq.*-1/),
    });
    expect(frameForStream({ kind: "echo", seq: 1, payload: new Uint8Array(0) })).toMatchObject({
      kind: "protocol",
    });
  });
});
