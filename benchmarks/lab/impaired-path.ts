import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { SpawnInLab } from "./agents.js";
import { type Instant, monotonicMs } from "./clock.js";
import { runCommand } from "./command.js";
import type { FromForwarder, ToForwarder } from "./forwarder-protocol.js";
import type { HostProcess } from "./host-process.js";
import { checkImpairment, type Impairment, type ImpairmentReport } from "./impairment.js";
import { hasNetem, netemCommands, netemRemoval } from "./netem.js";
import { divertToForwarder, IMPAIRED, namespaceOf, returnToKernel } from "./topology.js";

/** A path that is being impaired, until it is ended. */
export interface ImpairedPath {
  /** From then on packets were impaired. */
  readonly instant: Instant;
  /** Makes it perfect again. No packet is lost by it: what is held back still arrives. */
  end(): Promise<ImpairmentReport>;
}

const FORWARDER = fileURLToPath(new URL("forwarder.js", import.meta.url));

/**
 * Impairs what the router forwards: by netem, where the kernel has it, otherwise by a process that the packets
 * are led through.
 *
 * @param lab the name of the lab
 * @throws RangeError if it cannot be done
 * @throws Error with what to do, if this machine has not the means
 */
export async function impairPath(
  lab: string,
  spawn: SpawnInLab,
  impairment: Impairment,
): Promise<ImpairedPath> {
  checkImpairment(impairment);
  return (await hasNetem(namespaceOf(lab, "router")))
    ? impairByNetem(lab, impairment)
    : impairByForwarder(lab, spawn, impairment);
}

async function impairByNetem(lab: string, impairment: Impairment): Promise<ImpairedPath> {
  const router = namespaceOf(lab, "router");
  const apply = (commands: readonly string[]) =>
    runCommand(["tc", "-n", router, "-batch", "-"], `${commands.join("\n")}\n`);
  return {
    instant: await around(() => apply(netemCommands(impairment))),
    async end() {
      await apply(netemRemoval());
      return { means: "netem" };
    },
  };
}

async function impairByForwarder(
  lab: string,
  spawn: SpawnInLab,
  impairment: Impairment,
): Promise<ImpairedPath> {
  const forwarder = await spawn<FromForwarder, ToForwarder>("router", FORWARDER);
  const seed = impairment.seed ?? randomInt(2 ** 32);
  try {
    await answer(forwarder, "ready");
    forwarder.send({ kind: "impair", impairment: { ...impairment, seed } });
    await answer(forwarder, "ready");
    return {
      instant: await around(() => divertToForwarder(lab)),
      async end() {
        await returnToKernel(lab);
        forwarder.send({ kind: "finish" });
        const { toPeer, toMonitor, overflowed } = await answer(forwarder, "finished");
        await forwarder.stop();
        return { means: "forwarder", seed, toPeer, toMonitor, overflowed };
      },
    };
  } catch (error) {
    await forwarder.stop();
    throw error;
  }
}

async function answer<Kind extends FromForwarder["kind"]>(
  forwarder: HostProcess<FromForwarder, ToForwarder>,
  kind: Kind,
): Promise<Extract<FromForwarder, { kind: Kind }>> {
  const message = await forwarder.messages.receive();
  if (message.kind !== kind) {
    throw new Error(
      `Packets cannot be led through ${IMPAIRED}: ${message.kind === "failed" ? message.why : message.kind}`,
    );
  }
  return message as Extract<FromForwarder, { kind: Kind }>;
}

async function around(act: () => Promise<unknown>): Promise<Instant> {
  const beforeMs = monotonicMs();
  await act();
  const afterMs = monotonicMs();
  return { atMs: (beforeMs + afterMs) / 2, uncertaintyMs: (afterMs - beforeMs) / 2 };
}
