import type { Transport } from "@heartwire/core";
import {
  type LinkCapabilities,
  type LinkFixture,
  type MemoryPairOptions,
  memoryPair,
  systemTime,
  type Time,
} from "../../src/index.js";

/** What a pair in memory can do. */
export const memoryCapabilities: LinkCapabilities = {
  carries: ["beat", "probe", "echo", "bye"],
  probesAnsweredBy: "listener",
  senders: "both",
  maxPayloadOctets: 255,
  delivery: "reliable",
  order: "kept",
  burst: "all",
  peerAppears: "by-opening",
  injectsFrames: true,
  injectsWire: "message",
  brokenAs: ["reset"],
  endedAs: ["orderly"],
  unreachableAs: ["refused"],
  sharedWithApplication: false,
  countsHandles: false,
  quietMs: 20,
};

/** Two ends in memory, with every hook of {@link memoryCapabilities}; `wrap` goes around the near one. */
export async function memoryFixture(
  options: MemoryPairOptions = {},
  wrap: (transport: Transport) => Transport = (transport) => transport,
): Promise<LinkFixture> {
  const pair = memoryPair(options);
  const abandoned = memoryPair(options);
  abandoned.far
    .open({ opened() {}, received() {}, active() {}, doubted() {}, rejected() {}, closed() {} })
    .close();
  return {
    near: wrap(pair.near),
    far: pair.far,
    nobody: wrap(abandoned.near),
    injectFrame: (octets) => pair.inject("near", octets),
    injectWire: (octets) => pair.inject("near", octets),
    breakFar: () => pair.break("far"),
    endFar: () => pair.end("far"),
    dispose: async () => {},
  };
}

/** The system's time, which counts what is scheduled. */
export function countingTime(): Time & { pending(): number } {
  let pending = 0;
  return {
    now: systemTime.now,
    pending: () => pending,
    schedule(work, delayMs) {
      let isPending = true;
      pending++;
      const settle = (): void => {
        if (isPending) pending--;
        isPending = false;
      };
      const cancel = systemTime.schedule(() => {
        settle();
        work();
      }, delayMs);
      return () => {
        settle();
        cancel();
      };
    },
  };
}
