import { fileURLToPath } from "node:url";
import type { AgentReply, AgentRequest } from "./agent-protocol.js";
import type { Instant } from "./clock.js";
import type { HostProcess } from "./host-process.js";
import type { HostName } from "./topology.js";

type Agent = HostProcess<AgentReply, AgentRequest>;

/** Starts a program in a host of the lab. */
export type SpawnInLab = <Received, Sent extends object>(
  host: HostName,
  modulePath: string,
  args?: readonly string[],
) => Promise<HostProcess<Received, Sent>>;

const AGENT = fileURLToPath(new URL("host-agent.js", import.meta.url));

/** The processes by which a lab acts inside its hosts: one a host, started when it is first needed. */
export class Agents {
  readonly #spawn: SpawnInLab;
  readonly #agents = new Map<HostName, Promise<Agent>>();

  constructor(spawn: SpawnInLab) {
    this.#spawn = spawn;
  }

  /** Sees to it that the next act in a host need not wait for a process to start. */
  async warmUp(host: HostName): Promise<void> {
    await this.#agentOf(host);
  }

  /** Forgets the agent of a host whose processes have all ended. */
  forget(host: HostName): void {
    this.#agents.delete(host);
  }

  /**
   * Has something done.
   *
   * @returns when it took effect
   * @throws Error if it could not be done
   */
  async act(host: HostName, request: AgentRequest): Promise<Instant> {
    const reply = await this.ask(host, request);
    if (reply.kind !== "done") {
      throw new Error(`The agent on ${host} answered "${reply.kind}" to ${request.kind}.`);
    }
    return reply.instant;
  }

  /**
   * Asks, and waits for the answer. Answers come in the order of the questions, and so do those who wait.
   *
   * @throws Error if the agent could not do it
   */
  async ask(host: HostName, request: AgentRequest): Promise<Exclude<AgentReply, { kind: "failed" }>> {
    const agent = await this.#agentOf(host);
    agent.send(request);
    const reply = await agent.messages.receive();
    if (reply.kind === "failed") {
      throw new Error(`${agent.description} could not ${request.kind}: ${reply.why}`);
    }
    return reply;
  }

  #agentOf(host: HostName): Promise<Agent> {
    const running = this.#agents.get(host) ?? this.#start(host);
    this.#agents.set(host, running);
    return running;
  }

  async #start(host: HostName): Promise<Agent> {
    const agent = await this.#spawn<AgentReply, AgentRequest>(host, AGENT);
    await agent.messages.receive(); // It is ready.
    return agent;
  }
}
