import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  type Dependant,
  dependantStarter,
  requireProgram,
  shortLivedFolder,
  startDependant,
} from "../lab/index.js";

/** Five seconds on an idle machine; several times that while all others start, or on a busy one. */
const START_LIMIT_MS = 60_000;

// Below those that the kernel gives to whoever asks for any: nobody takes one while the broker starts.
const FIRST_PORT = 10_000;
const PORTS = 20_000;

/** A RabbitMQ broker of this process's own, with an empty memory. */
export interface Broker {
  readonly port: number;
  /** That of the Erlang VM, which is all there is to it that holds connections. */
  readonly pid: number;
  /** Has the VM halt by itself, and waits until it is gone: it closes nothing and tells nobody. */
  halt(): Promise<void>;
}

// Debian's /usr/sbin/rabbitmq-server changes the user; this is what it then runs.
const DEBIAN_FOLDER = "/usr/lib/rabbitmq/bin";

/** What this machine lacks to run a broker, and what to do about it. */
export function missingForBroker(): string | undefined {
  try {
    dependantStarter();
    brokerProgram();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function brokerProgram(): string {
  return requireProgram("rabbitmq-server", "rabbitmq-server", [DEBIAN_FOLDER]);
}

/**
 * Starts a broker that speaks AMQP 0-9-1 and nothing else, alone, with everything it writes in a folder of its own.
 * Both end with this process. Whoever comes may be `guest`, the user it has from the beginning.
 *
 * @throws Error with the Debian package, if it is not installed; or with the last it said
 */
export async function startBroker(address: string): Promise<Broker> {
  const program = brokerProgram();
  const port = await freePort(address);
  const folder = shortLivedFolder("heartwire-rabbitmq");
  writeFileSync(join(folder.path, "enabled_plugins"), "[].\n");
  writeFileSync(join(folder.path, "advanced.config"), configuration(address, port));
  mkdirSync(join(folder.path, "mnesia"));
  const broker: Dependant = await startDependant([program], environment(folder.path), folder);
  await broker.says("completed with", START_LIMIT_MS);
  // The VM's own handler of that signal calls erlang:halt().
  return { port, pid: broker.pid, halt: () => broker.end("SIGQUIT") };
}

function configuration(address: string, port: number): string {
  return `[{rabbit, [
    {tcp_listeners, [{"${address}", ${port}}]},
    {loopback_users, []},
    {num_tcp_acceptors, 1},
    {log, [{console, [{level, error}]}]}
  ]}].\n`;
}

function environment(folder: string): Readonly<Record<string, string>> {
  const vmArguments = [
    // One thread to compute, one to read files: on two cores it must leave room for the others that are measured.
    "+S 1:1 +SDcpu 1:1 +SDio 1",
    // A name, which its database needs, but no other node and so no port mapper.
    "-sname heartwire@localhost -dist_listen false -start_epmd false -erl_epmd_port 4369",
  ];
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    RABBITMQ_NODENAME: "heartwire@localhost",
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq"),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, "advanced.config"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
    RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_LOGS: "-",
    RABBITMQ_PID_FILE: join(folder, "pid"),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: vmArguments.join(" "),
    // Its script becomes the VM, as it does for systemd, instead of watching over it.
    RUNNING_UNDER_SYSTEMD: "true",
  };
}

/** A port that nobody listens on, each process's search beginning elsewhere. */
async function freePort(address: string): Promise<number> {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = FIRST_PORT + ((process.pid + tried) % PORTS);
    if (await isFree(address, port)) return port;
  }
  throw new Error(`No port of ${address} is free.`);
}

async function isFree(address: string, port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, address);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
