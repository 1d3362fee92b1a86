import { setTimeout as sleep } from "node:timers/promises";
import { type HostProcess, monotonicMs } from "../lab/index.js";
import type { Fault } from "./fault.js";
import { type Strike, strikeOf } from "./strike.js";

/** Far more than all of them need to end. */
const EXIT_LIMIT_MS = 5000;

/**
 * The peer's process ends by itself, without a word to anybody: an uncaught exception, a `process.exit()`, the
 * end of a script, a redeployment.
 *
 * The lab has the process call `process.exit()`, once the programs that it has started for its part have halted. The
 * kernel lives on and closes the sockets for it, so a TCP connection ends at once and datagrams to a closed port are
 * answered with ICMP "port unreachable". Each process has an instant of its own, between being told and the moment at
 * which it was gone, some milliseconds apart.
 */
export const exit: Fault = {
  name: "exit",
  title: "peer process ends by itself",
  effect: { kind: "process-ended" },
  tellsPeer: "exit",
  async strike({ peers, command }): Promise<Strike> {
    // Awaited from the beginning: the first is gone before the last has been told.
    const [told, goneMs]: [Strike, number[]] = await Promise.all([
      command("peer", { type: "exit" }),
      Promise.all(peers.map(gone)),
    ]);
    return strikeOf(
      new Map(
        peers.map((peer, index) => {
          const { atMs, uncertaintyMs } = told.ofEach?.get(peer) ?? told;
          const fromMs = atMs - uncertaintyMs;
          const untilMs = Math.max(fromMs, goneMs[index]!);
          return [peer, { atMs: (fromMs + untilMs) / 2, uncertaintyMs: (untilMs - fromMs) / 2 }];
        }),
      ),
    );
  },
  async heal() {},
};

/** When a process had ended: it is a child of this one, whom the kernel tells at once. */
async function gone({ exited, pid, description }: HostProcess): Promise<number> {
  const late = sleep(EXIT_LIMIT_MS, undefined, { ref: false });
  const goneMs = await Promise.race([exited.then(monotonicMs), late]);
  if (goneMs !== undefined) return goneMs;
  throw new Error(
    `${description} (process ${pid}) still runs ${EXIT_LIMIT_MS} ms after it was told to exit.`,
  );
}
