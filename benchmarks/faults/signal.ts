import { type HostProcess, monotonicMs, stamp, threadStates } from "../lab/index.js";
import type { FaultContext } from "./fault.js";
import { type Strike, strikeOf } from "./strike.js";

/** Far more than a kernel needs to deliver a signal, and still short for someone who waits. */
const DELIVERY_MS = 1000;

/**
 * Sends a signal to each of the peer's processes, with those it has adopted, and waits until it has taken effect on
 * every thread of them before it goes on to the next: many that end at once hold each other up, and nobody could say
 * when each did. A killed process has its sockets open as long as one of its threads lives.
 *
 * @param effect matches the states of the threads after the signal, each a letter of proc(5): T stopped, Z
 *   zombie
 * @returns when the signal took effect, on each
 * @throws Error if there is no process, one has ended already, or one does not show the effect within a
 *   second
 */
export function signalPeers({ peers }: FaultContext, signal: NodeJS.Signals, effect: RegExp): Strike {
  if (peers.length === 0) {
    throw new Error(`${signal} needs a process at the peer to hit, but peers is empty.`);
  }
  return strikeOf(new Map(peers.map((peer) => [peer, stamp(() => signalOne(peer, signal, effect))])));
}

function signalOne(peer: HostProcess, signal: NodeJS.Signals, effect: RegExp): void {
  const { pids, description } = peer;
  if (!peer.signal(signal)) {
    throw new Error(`${signal} needs a live process to hit, but ${description} has ended.`);
  }
  const deadlineMs = monotonicMs() + DELIVERY_MS;
  for (const pid of pids) {
    // A busy wait, for some milliseconds at most: a timer would widen the stamps to more than that.
    while (!effect.test(threadStates(pid))) {
      if (monotonicMs() > deadlineMs) {
        throw new Error(
          `${DELIVERY_MS} ms after ${signal} the threads of ${description} (process ${pid}) are in states ` +
            `"${threadStates(pid)}", which do not match ${effect}.`,
        );
      }
    }
  }
}
