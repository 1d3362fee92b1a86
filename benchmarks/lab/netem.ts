import { tryCommand } from "./command.js";
import type { Impairment, PathQuality } from "./impairment.js";
import { END_HOSTS } from "./topology.js";

/**
 * Whether the kernel has the queueing discipline that impairs packets. Tried in the router, at its loopback,
 * which carries nothing.
 *
 * @param router the name of its network namespace
 */
export async function hasNetem(router: string): Promise<boolean> {
  try {
    const add = await tryCommand(["tc", "-n", router, "qdisc", "add", "dev", "lo", "root", "netem"]);
    if (add.code !== 0) return false;
    await tryCommand(["tc", "-n", router, "qdisc", "del", "dev", "lo", "root"]);
    return true;
  } catch {
    return false; // There is no program `tc`.
  }
}

/** What to tell `tc` for an impairment. Each direction leaves the router by the port of the end it goes to. */
export function netemCommands({ toPeer, toMonitor }: Impairment): string[] {
  return [netemAt("peer", toPeer), netemAt("monitor", toMonitor)];
}

/** What to tell `tc` to undo it. */
export function netemRemoval(): string[] {
  return END_HOSTS.map((port) => `qdisc del dev ${port} root`);
}

function netemAt(port: string, { lossRate = 0, delayMs = 0, jitterMs = 0 }: PathQuality): string {
  const delay = delayMs > 0 ? ` delay ${delayMs}ms ${jitterMs}ms` : "";
  const loss = lossRate > 0 ? ` loss random ${lossRate * 100}%` : "";
  return `qdisc add dev ${port} root netem limit 10000${delay}${loss}`;
}
