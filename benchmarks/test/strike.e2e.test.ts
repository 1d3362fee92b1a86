// Instants of processes that end one by one: real processes, no lab.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { exit } from "../faults/exit.js";
import { type FaultContext, faults } from "../faults/index.js";
import { type Strike, strikeOf } from "../faults/strike.js";
import { type HostProcess, monotonicMs } from "../lab/index.js";

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** A process that idles: as much of a host's process as a strike needs. */
async function idler(name: string): Promise<HostProcess> {
  const child = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1e6)"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  await once(child.stdout, "data");
  const signal = (which: NodeJS.Signals) => child.kill(which);
  const exited = once(child, "exit");
  return { pid: child.pid, pids: [child.pid], description: name, signal, exited } as unknown as HostProcess;
}

test("a strike lasts from the first of its instants to the last", () => {
  const [one, other] = [{}, {}] as HostProcess[];
  const ofEach = new Map([
    [one!, { atMs: 10, uncertaintyMs: 1 }],
    [other!, { atMs: 30, uncertaintyMs: 5 }],
  ]);
  expect(strikeOf(ofEach)).toEqual({ atMs: 22, uncertaintyMs: 13, ofEach });
});

describe("each process has an instant of its own", () => {
  const LATER_MS = 400;

  test("exit: however much later another ends", async () => {
    const [first, last] = [await idler("first"), await idler("last")];
    const peers = [first, last];
    const context = {
      peers,
      // The first ends at once, the last later; all have said so before either.
      async command(): Promise<Strike> {
        const nowMs = monotonicMs();
        first.signal("SIGKILL");
        setTimeout(() => last.signal("SIGKILL"), LATER_MS);
        const at = (atMs: number) => ({ atMs, uncertaintyMs: 0 });
        return strikeOf(
          new Map([
            [first, at(nowMs)],
            [last, at(nowMs + LATER_MS)],
          ]),
        );
      },
    } as unknown as FaultContext;
    const strike: Strike = await exit.strike(context);
    const [one, other] = peers.map((peer) => strike.ofEach!.get(peer)!) as [Strike, Strike];
    expect(one.uncertaintyMs).toBeLessThan(strike.uncertaintyMs / 2);
    expect(strike.uncertaintyMs).toBeGreaterThan(LATER_MS / 2 - 1);
    expect(other.atMs - one.atMs).toBeGreaterThan(LATER_MS / 2);
  });

  test("kill: within that of the strike as a whole", async () => {
    const peers = await Promise.all(["a", "b", "c"].map(idler));
    const kill = faults.find(({ name }) => name === "kill")!;
    const beforeMs = monotonicMs();
    const strike: Strike = await kill.strike({ peers } as unknown as FaultContext);
    expect([...strike.ofEach!.keys()]).toEqual(expect.arrayContaining(peers));
    for (const { atMs, uncertaintyMs } of strike.ofEach!.values()) {
      expect(atMs - uncertaintyMs).toBeGreaterThanOrEqual(beforeMs);
      expect(atMs + uncertaintyMs).toBeLessThanOrEqual(strike.atMs + strike.uncertaintyMs + 1e-6);
      expect(uncertaintyMs).toBeLessThanOrEqual(strike.uncertaintyMs);
    }
  });

  test("kill: of a process that has ended already it says which", async () => {
    const gone = await idler("the one that is gone");
    children[0]!.kill("SIGKILL");
    await once(children[0]!, "exit");
    const kill = faults.find(({ name }) => name === "kill")!;
    await expect(kill.strike({ peers: [gone] } as unknown as FaultContext)).rejects.toThrow(
      "the one that is gone has ended",
    );
  });
});
