import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { end, endWithUs } from "./parts.js";

/** Two hosts and the cable between them; really two network namespaces and a veth pair. */
export interface TwoHosts {
  readonly kind: "two hosts";
  /** The commands that start another command on each host. */
  readonly onClient: readonly string[];
  readonly onServer: readonly string[];
  readonly serverAddress: string;
  pullCable(): Promise<void>;
}

/** This machine, or this user, can have no hosts. */
export interface NoHosts {
  readonly kind: "no hosts";
  readonly why: string;
}

const run = promisify(execFile);

/**
 * Makes two hosts, if possible as an ordinary user: in a user namespace everyone is root. They vanish with the
 * last process in them.
 */
export async function twoHosts(): Promise<TwoHosts | NoHosts> {
  if (process.platform !== "linux") {
    return { kind: "no hosts", why: `network namespaces exist only on Linux, this is ${process.platform}` };
  }
  const asUser = await tryTwoHosts(["--user", "--map-root-user"], ["--user", "--preserve-credentials"]);
  // Where user namespaces are forbidden, root needs none.
  return asUser.kind === "no hosts" && process.getuid?.() === 0 ? tryTwoHosts([], []) : asUser;
}

async function tryTwoHosts(
  makeUser: readonly string[],
  enterUser: readonly string[],
): Promise<TwoHosts | NoHosts> {
  const holders: ChildProcess[] = [];
  const makeHost = async (within: readonly string[], user: readonly string[]) => {
    const holder = await hold([...within, "unshare", ...user, "--net"]);
    holders.push(holder);
    return ["nsenter", `--target=${holder.pid}`, ...enterUser, "--net"];
  };
  try {
    const onClient = await makeHost([], makeUser);
    const onServer = await makeHost(onClient, []);
    await ip(onClient, `link add cable type veth peer name cable netns ${holders[1]?.pid}`);
    await ip(onClient, "address add 10.0.0.1/24 dev cable");
    await ip(onServer, "address add 10.0.0.2/24 dev cable");
    await ip(onClient, "link set cable up");
    await ip(onServer, "link set cable up");
    const pullCable = () => ip(onServer, "link set cable down");
    return { kind: "two hosts", onClient, onServer, serverAddress: "10.0.0.2", pullCable };
  } catch (error) {
    await Promise.all(holders.map(end));
    return { kind: "no hosts", why: reasonOf(error) };
  }
}

/** A process that keeps a namespace in being, for as long as we hold the other end of its stdin. */
function hold(namespace: readonly string[]): Promise<ChildProcess> {
  const [program = "", ...args] = [...namespace, "sh", "-c", "echo made; exec cat"];
  const holder = spawn(program, args, { stdio: "pipe" });
  endWithUs(holder);
  let complaint = "";
  holder.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    holder.stdout.once("data", () => resolve(holder));
    holder.once("error", reject);
    holder.once("close", () => reject(new Error(complaint.trim())));
  });
}

async function ip(host: readonly string[], words: string): Promise<void> {
  const [program = "", ...args] = [...host, "ip", ...words.split(" ")];
  await run(program, args);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? `the program "${path}" is missing` : message.trim();
}
