import { type EventLoop, Timekeeper } from "@heartwire/core";
import { Host, type World } from "./host.js";
import { KeyedRandom } from "./keyed-random.js";
import type { Scenario } from "./scenario.js";

/** What random numbers are for: each its own, so that one does not move another. */
export const FOR = {
  monitor: 0,
  peer: 1,
  laneOut: 2,
  laneIn: 3,
  crashes: 4,
  farewells: 5,
  monitorStalls: 6,
  peerStalls: 7,
  partitions: 8,
  members: 9,
  openings: 10,
  jitterOut: 11,
  jitterIn: 12,
  monitorSuspends: 13,
  applicationData: 14,
  dataOut: 15,
  dataIn: 16,
} as const;

/** A world that makes hosts. */
export interface HostWorld extends World {
  readonly scenario: Scenario;
  readonly options: { readonly keeper?: (loop: EventLoop) => Timekeeper };
}

/** A process, with a clock of its own: when it booted, and how fast it runs. */
export function makeHost(
  world: HostWorld,
  role: typeof FOR.monitor | typeof FOR.peer,
  peer: number,
  incarnation: number,
): Host {
  const { seed, driftPpm, timerSlackMs, receiveBufferFrames } = world.scenario;
  const random = new KeyedRandom(seed, role, peer, incarnation);
  return new Host(world, {
    rate: 1 + (2 * random.next() - 1) * driftPpm * 1e-6,
    // Up for as long as it takes a sequence number that starts at the clock to wrap.
    startMs: random.next() * 2 ** 32,
    timerSlackMs,
    receiveBufferFrames,
    random,
    keeper: world.options.keeper ?? ((loop) => new Timekeeper(loop)),
  });
}
