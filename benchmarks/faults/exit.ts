import { setTimeout as sleep } from "node:timers/promises";
import { monotonicMs } from "../lab/index.js";
import type { Fault } from "./fault.js";
import { threadStates } from "./thread-states.js";

/** Far more than a process needs to end. */
const EXIT_LIMIT_MS = 5000;

/**
 * The peer's process ends by itself, without a word to anybody: an uncaught exception, a `process.exit()`, the
 * end of a script, a redeployment.
 *
 * The lab has the process call `process.exit()`. The kernel lives on and closes the sockets for it, so a TCP
 * connection ends at once and datagrams to a closed port are answered with ICMP "port unreachable". The instant
 * lies between that call and the moment at which no thread of the process was left, some milliseconds apart.
 */
export const exit: Fault = {
  name: "exit",
  title: "peer process ends by itself",
  effect: { kind: "process-ended" },
  async strike({ peers, command }) {
    const told = await command("peer", { type: "exit" });
    const fromMs = told.atMs - told.uncertaintyMs;
    const deadlineMs = fromMs + EXIT_LIMIT_MS;
    for (const { pid, description } of peers) {
      while (!/^Z?$/.test(threadStates(pid))) {
        if (monotonicMs() > deadlineMs) {
          throw new Error(
            `${description} (process ${pid}) still runs ${EXIT_LIMIT_MS} ms after it was told to exit.`,
          );
        }
        await sleep(1);
      }
    }
    const untilMs = monotonicMs();
    return { atMs: (fromMs + untilMs) / 2, uncertaintyMs: (untilMs - fromMs) / 2 };
  },
  async heal() {},
};
