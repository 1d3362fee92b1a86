import { Agents } from "./agents.js";
import { createEndHosts, type EndHosts } from "./end-hosts.js";
import { type HostProcess, spawnInNamespace } from "./host-process.js";
import { assertInsideLab } from "./namespaces.js";
import { createRouter, type Router } from "./router.js";
import {
  ADDRESSES,
  buildTopology,
  type EndHost,
  type HostName,
  namespaceOf,
  removeTopology,
} from "./topology.js";
import { createWire, type Wire } from "./wire.js";

/** Three hosts in a row, of this machine and yet apart from it: `monitor` — `router` — `peer`. */
export interface Lab {
  /** Tells labs apart. */
  readonly name: string;
  /** The IPv4 address of each end. */
  readonly addresses: Readonly<Record<EndHost, string>>;
  /** What connects the ends: what it has carried, and how to break it. */
  readonly wire: Wire;
  /** What stands between the ends: what it can do besides forwarding. */
  readonly router: Router;
  /** The ends as whole machines. */
  readonly hosts: EndHosts;
  /**
   * Starts a Node process in a host. It talks with us through `openLabChannel`.
   *
   * @param modulePath the module to run: a path, not a URL
   * @param args its arguments
   * @throws Error if the process cannot be started, or the lab is closed
   */
  spawn<Received = unknown, Sent extends object = object>(
    host: HostName,
    modulePath: string,
    args?: readonly string[],
  ): Promise<HostProcess<Received, Sent>>;
  /** Kills every process that was spawned in the lab, and removes the hosts. Idempotent. */
  close(): Promise<void>;
}

/**
 * Creates a lab. Several can exist at once; they cannot see each other, so all use the same addresses.
 *
 * @param name tells labs apart: lower-case letters, digits and dashes
 * @throws Error if this process does not run inside `enterLab`, or the name is taken
 * @throws RangeError if the name is not such a name
 */
export async function createLab(name: string): Promise<Lab> {
  assertInsideLab();
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(name)) {
    throw new RangeError(`name must be lower-case letters, digits and dashes, at most 100, but is "${name}"`);
  }
  await buildTopology(name);
  const processes = new ProcessesOf(name, (host) => namespaceOf(name, host));
  const spawn: Lab["spawn"] = (host, modulePath, args) => processes.spawn(host, modulePath, args);
  const agents = new Agents(spawn);
  const router = createRouter(name, spawn);
  await agents.warmUp("router"); // The first fault does not wait for that.
  let closing: Promise<void> | undefined;
  return {
    name,
    addresses: ADDRESSES,
    wire: createWire(name, agents, spawn),
    router,
    hosts: createEndHosts(name, agents, (host) => processes.stopAt(host)),
    spawn,
    close() {
      closing ??= Promise.all([processes.stop(), router.stopProxies()]).then(() => removeTopology(name));
      return closing;
    },
  };
}

/** The processes of one lab. */
export class ProcessesOf {
  readonly #lab: string;
  readonly #namespaceOf: (host: HostName) => string | undefined;
  readonly #started: { readonly host: HostName; readonly process: Promise<HostProcess> }[] = [];
  #stopped = false;

  constructor(lab: string, namespaceOf: (host: HostName) => string | undefined) {
    this.#lab = lab;
    this.#namespaceOf = namespaceOf;
  }

  async spawn<Received, Sent extends object>(
    host: HostName,
    modulePath: string,
    args: readonly string[] = [],
  ): Promise<HostProcess<Received, Sent>> {
    if (this.#stopped) {
      throw new Error(`The lab "${this.#lab}" is closed, so ${modulePath} cannot be started in it.`);
    }
    const process = spawnInNamespace<Received, Sent>(this.#namespaceOf(host), host, modulePath, args);
    this.#started.push({ host, process });
    return process;
  }

  /** Ends all processes at one host; more can be started there. */
  async stopAt(host: HostName): Promise<void> {
    await stopAll(this.#started.filter((each) => each.host === host).map(({ process }) => process));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await stopAll(this.#started.map(({ process }) => process));
  }
}

async function stopAll(started: readonly Promise<HostProcess>[]): Promise<void> {
  // One that could not be started has been reported to whoever started it.
  const processes = await Promise.allSettled(started);
  await Promise.all(processes.map((each) => each.status === "fulfilled" && each.value.stop()));
}
