import { decodeHeartbeat, encodeHeartbeat, frameOctets, type Heartbeat } from "@heartwire/core";
import { seededRandom } from "../seeded-random.js";

/** Octets that are no heartbeat, and why. */
export interface BadFrame {
  readonly why: string;
  readonly octets: Uint8Array;
}

const PAYLOAD = Uint8Array.of(1, 2, 3);
const HEARTBEATS: readonly Heartbeat[] = [
  { kind: "beat", seq: 7, intervalMs: 1000 },
  { kind: "beat", seq: 7, intervalMs: 1000, payload: PAYLOAD },
  { kind: "probe", seq: 7, payload: PAYLOAD },
  { kind: "echo", seq: 7 },
  { kind: "bye" },
];

/** The limit of {@link LinkFixture.injectFrame}. */
const LONGEST_FRAME = 255;

/** Every way in which a frame of version 0 can be wrong, by name. */
export function badFrames(): readonly BadFrame[] {
  return HEARTBEATS.flatMap((heartbeat) => {
    const frame = encoded(heartbeat);
    return [
      ...Array.from(frame, (_, length) =>
        bad(`${heartbeat.kind} cut to ${length}`, frame.subarray(0, length)),
      ),
      ...[1, 2, 3].map((version) =>
        bad(`${heartbeat.kind} of version ${version}`, flip(frame, version << 6)),
      ),
      ...[1, 2, 4].map((bit) => bad(`${heartbeat.kind} with reserved bit ${bit}`, flip(frame, bit))),
      bad(`${heartbeat.kind} with an octet too many`, Uint8Array.of(...frame, 0)),
      bad(
        `${heartbeat.kind} and much more`,
        Uint8Array.of(...frame, ...new Uint8Array(LONGEST_FRAME - frame.length)),
      ),
    ];
  }).concat([
    bad("beat with an empty payload", Uint8Array.of(0x08, 0, 0, 0, 7, 0, 0, 0, 1, 0)),
    bad("probe with an empty payload", Uint8Array.of(0x18, 0, 0, 0, 7, 0)),
    bad("bye with a payload", Uint8Array.of(0x38, 1, 0)),
  ]);
}

/** Random octets, and random damage to real frames: whatever of it is by chance a heartbeat is left out. */
export function garbageFrames(seed: number, count: number): readonly BadFrame[] {
  const random = seededRandom(seed);
  const frames: BadFrame[] = [];
  while (frames.length < count) {
    const octets =
      random.below(2) === 0
        ? random.octets(random.below(random.below(4) === 0 ? LONGEST_FRAME + 1 : 16))
        : encoded(HEARTBEATS[random.below(HEARTBEATS.length)]!).map((octet) =>
            random.below(4) === 0 ? random.below(256) : octet,
          );
    if (decodeHeartbeat(octets).kind === "malformed") {
      frames.push({ why: `garbage ${Buffer.from(octets).toString("hex")}`, octets });
    }
  }
  return frames;
}

function encoded(heartbeat: Heartbeat): Uint8Array {
  const frame = new Uint8Array(frameOctets(heartbeat));
  encodeHeartbeat(heartbeat, frame);
  return frame;
}

function flip(frame: Uint8Array, bits: number): Uint8Array {
  return Uint8Array.from(frame, (octet, index) => (index === 0 ? octet ^ bits : octet));
}

function bad(why: string, octets: Uint8Array): BadFrame {
  return { why, octets };
}
