// Runs in the router's network namespace while frames are captured at its port to the monitor.
import type { FromCapture, StopCapture } from "./capture-protocol.js";
import { monotonicMs } from "./clock.js";
import { type Frame, FrameDecoder, summarize } from "./frame-decoder.js";
import { openLabChannel } from "./host-side.js";
import type { PacketSocket, RawFrame } from "./packet-socket.js";

/** The kernel stamps the frames: reading them late costs memory, not precision. */
const DRAIN_EVERY_MS = 20;
const FRAMES_A_MESSAGE = 5000;

const channel = openLabChannel<StopCapture, FromCapture>();
const decoder = new FrameDecoder();
// Without their summaries, because the meaning of a frame may depend on the next.
const frames: Omit<Frame, "summary">[] = [];

function keep({ atMs, sent, octets, head }: RawFrame): void {
  // What the router's port sends, the monitor receives.
  frames.push({ atMs, direction: sent ? "in" : "out", octets, content: decoder.decode(head) });
}

async function record(socket: PacketSocket): Promise<void> {
  const sinceMs = monotonicMs();
  socket.drain(() => {}); // What has passed before is not part of it.
  channel.send({ kind: "recording", sinceMs });
  const timer = setInterval(() => socket.drain(keep), DRAIN_EVERY_MS);
  await channel.messages.receive();
  clearInterval(timer);
  socket.drain(keep);
  const untilMs = monotonicMs();
  const lost = socket.lost();
  socket.close();
  while (frames.length > 0) {
    const some = frames.splice(0, FRAMES_A_MESSAGE);
    channel.send({
      kind: "frames",
      frames: some.map((frame) => ({ ...frame, summary: summarize(frame.content) })),
    });
  }
  channel.send({ kind: "stopped", untilMs, clockErrorMs: socket.clockErrorMs, lost });
}

try {
  const { PacketSocket: Socket } = await import("./packet-socket.js");
  await record(new Socket("monitor"));
} catch (error) {
  channel.send({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
}
