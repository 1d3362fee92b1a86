import { fileURLToPath } from "node:url";
import type { SpawnInLab } from "./agents.js";
import type { FromCapture, StopCapture } from "./capture-protocol.js";
import type { FrameCount } from "./frame-counters.js";
import type { Frame, FrameDirection } from "./frame-decoder.js";
import type { HostProcess } from "./host-process.js";

/** A recording that goes on. */
export interface Capture {
  /** Frames from then on are in it, on the clock of `monotonicMs`. */
  readonly sinceMs: number;
  /**
   * Stops, and returns every frame up to now. Can be called once.
   *
   * @throws Error if a frame was lost because the machine was too busy to read it in time: rather no recording
   *   than one with holes
   */
  stop(): Promise<CapturedFrames>;
}

/** What a capture has recorded. */
export interface CapturedFrames {
  /** In the order in which they passed. */
  readonly frames: readonly Frame[];
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The times of frames are off by at most this much, as the kernel stamps them by another clock. */
  readonly clockErrorMs: number;
}

/** Frames, the octets in them, and the octets that a real Ethernet would need for them at least. */
export interface FrameTotals extends FrameCount {
  /** Each frame padded to 60 octets. With the frame check sequence it would be 64. */
  readonly paddedOctets: number;
}

/** The smallest Ethernet frame, without its frame check sequence of 4 octets. */
const MINIMUM_FRAME_OCTETS = 60;

/** Sums up frames, by direction. */
export function totalsOf(frames: readonly Frame[]): Readonly<Record<FrameDirection, FrameTotals>> {
  const sum = (direction: FrameDirection): FrameTotals => {
    let [count, octets, paddedOctets] = [0, 0, 0];
    for (const frame of frames) {
      if (frame.direction !== direction) continue;
      count += 1;
      octets += frame.octets;
      paddedOctets += Math.max(frame.octets, MINIMUM_FRAME_OCTETS);
    }
    return { frames: count, octets, paddedOctets };
  };
  return { out: sum("out"), in: sum("in") };
}

const AGENT = fileURLToPath(new URL("capture-agent.js", import.meta.url));

/** Starts to record the monitor's link of a lab. */
export async function startCapture(spawn: SpawnInLab): Promise<Capture> {
  const agent = await spawn<FromCapture, StopCapture>("router", AGENT);
  const first = await agent.messages.receive();
  if (first.kind !== "recording") {
    await agent.stop();
    throw new Error(`No frames can be captured: ${whyNot(first)}`);
  }
  const { sinceMs } = first;
  return {
    sinceMs,
    async stop() {
      agent.send({ kind: "stop" });
      try {
        return { sinceMs, ...(await receiveAll(agent)) };
      } finally {
        await agent.stop();
      }
    },
  };
}

async function receiveAll(
  agent: HostProcess<FromCapture, StopCapture>,
): Promise<Omit<CapturedFrames, "sinceMs">> {
  const frames: Frame[] = [];
  for (;;) {
    const message = await agent.messages.receive();
    if (message.kind === "frames") {
      for (const frame of message.frames) frames.push(frame);
      continue;
    }
    if (message.kind !== "stopped") {
      throw new Error(`The capture failed: ${whyNot(message)}`);
    }
    if (message.lost > 0) {
      throw new Error(
        `The capture has holes: ${message.lost} frames passed while nobody read. Run less at the same time.`,
      );
    }
    return { frames, untilMs: message.untilMs, clockErrorMs: message.clockErrorMs };
  }
}

function whyNot(message: FromCapture): string {
  return message.kind === "failed" ? message.why : `its process said "${message.kind}".`;
}
