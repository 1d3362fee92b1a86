// Synthetic timelines, as frames are captured and decoded; for tests and for looking at the page.
import type { Timeline } from "../report/results.js";

/** One trial each of keepalive, of one-way beats, and of heartbeats whose segments are retransmitted. */
export function syntheticTimelines(): Timeline[] {
  return [keepaliveTimeline(), beatTimeline(), retransmissionTimeline()];
}

type Frame = Timeline["frames"][number];
const [MONITOR, PEER] = ["10.0.1.2:40000", "10.0.2.2:7000"];
const way = (direction: "out" | "in") =>
  direction === "out" ? `${MONITOR} > ${PEER}` : `${PEER} > ${MONITOR}`;
const segment = (
  atMs: number,
  direction: "out" | "in",
  flags: string,
  length: number,
  note?: string,
): Frame => ({
  atMs,
  direction,
  octets: 66 + length,
  summary: `TCP ${way(direction)} ${flags} seq 100 ack 200 len ${length}${note === undefined ? "" : ` (${note})`}`,
});
const datagram = (atMs: number, direction: "out" | "in", length: number): Frame => ({
  atMs,
  direction,
  octets: 42 + length,
  summary: `UDP ${way(direction)} len ${length}`,
});

function keepaliveTimeline(): Timeline {
  const before = [-2600, -1570, -540].flatMap((atMs) => [
    segment(atMs, "out", "ACK", 0, "keepalive probe"),
    segment(atMs + 0.4, "in", "ACK", 0, "keepalive ack"),
  ]);
  const probes = [490, 1515, 2540].map((atMs) => segment(atMs, "out", "ACK", 0, "keepalive probe"));
  return {
    fault: "silent-cut-idle",
    subject: "tcp-keepalive",
    frames: [...before, ...probes, segment(3565, "out", "RST ACK", 0)],
    events: [{ atMs: 3566, what: "dead: keepalive-timeout", kind: "verdict" }],
  };
}

function beatTimeline(): Timeline {
  const beats = [-2470, -1590, -760].map((atMs) => datagram(atMs, "in", 14));
  const probes = [1890, 2070].map((atMs) => datagram(atMs, "out", 10));
  return {
    fault: "silent-cut-idle",
    subject: "udp-beat",
    frames: [...beats, ...probes],
    events: [
      { atMs: 1880, what: "suspect", kind: "note" },
      { atMs: 2240, what: "dead: silence", kind: "verdict" },
    ],
  };
}

function retransmissionTimeline(): Timeline {
  const before = [-1800, -900].flatMap((atMs) => [
    segment(atMs, "out", "PSH ACK", 6),
    segment(atMs + 0.6, "in", "PSH ACK", 6),
    segment(atMs + 1, "out", "ACK", 0),
  ]);
  const again = [210, 420, 860, 1720].map((atMs) => segment(atMs, "out", "PSH ACK", 6, "retransmission"));
  return {
    fault: "silent-cut-idle",
    subject: "tcp",
    frames: [...before, segment(2, "out", "PSH ACK", 6), ...again],
    events: [{ atMs: 2105, what: "dead: silence", kind: "verdict" }],
  };
}
