// One end of one contender with as many links as an application has: in a process of its own, as in the lab.
import { NOMINAL, subjects } from "../subjects/index.js";
import { answerCalls } from "./calls.js";
import { type CpuWindow, type Memory, measureCpu, measureMemory } from "./usage.js";

/** How the links are. */
export interface LinkCount {
  readonly alive: number;
  /** Called dead, although all is well. */
  readonly dead: number;
}

/** What the process does when asked. */
export type ContenderEndCalls = {
  /**
   * Starts one end with so many links, besides those that it has.
   *
   * @returns where it listens
   */
  begin(
    subject: string,
    end: "monitor" | "peer",
    links: number,
    ports: readonly number[],
  ): Promise<readonly number[]>;
  count(): LinkCount;
  cpu(durationMs: number): Promise<CpuWindow>;
  memory(): Promise<Memory>;
};

const HOST = "127.0.0.1";
let alive = 0;
let dead = 0;

await answerCalls({
  async begin(name, end, links, ports) {
    const subject = subjects.find((each) => each.name === name);
    if (subject === undefined) throw new Error(`There is no subject "${name}".`);
    const context = { address: HOST, ports, links, settings: NOMINAL, oneServer: true };
    if (end === "peer") return (await subject.peerEnd(context)).ports;
    const started = await subject.monitorEnd(context, ({ type }) => {
      if (type === "alive") alive += 1;
      if (type === "dead") dead += 1;
    });
    return started.ports;
  },
  count: () => ({ alive, dead }),
  cpu: (durationMs) => measureCpu(durationMs),
  memory: () => measureMemory(),
} satisfies ContenderEndCalls);
