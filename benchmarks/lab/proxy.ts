import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tryCommand } from "./command.js";
import { labProgram } from "./programs.js";
import { ADDRESSES, type EndHost, GATEWAYS, namespaceOf } from "./topology.js";

/** A listener to put a proxy before. */
export interface Upstream {
  /** Where it listens. */
  readonly end: EndHost;
  readonly protocol: "tcp" | "udp";
  readonly ports: readonly number[];
}

/** Where a proxy listens for those at the other end. */
export interface ProxyAddress {
  readonly address: string;
  /** The listener's own ports, in the same order. */
  readonly ports: readonly number[];
}

/** A proxy at work. */
export interface LabProxy {
  readonly at: ProxyAddress;
  stop(): Promise<void>;
}

// The lab mounts a private file system there, which vanishes with it.
const FOLDER = "/run";
const START_LIMIT_MS = 10_000;
let proxies = 0;

/**
 * Starts nginx on the router, as a proxy of the transport layer: for each connection that it accepts it makes
 * another to the listener, and hands on the bytes; datagrams likewise. It sends no keepalive of its own, and
 * gives nobody up within an hour.
 *
 * @param lab the name of the lab
 * @throws Error naming the Debian packages, if nginx or its stream module is missing; or with what it said
 */
export async function startProxy(lab: string, { end, protocol, ports }: Upstream): Promise<LabProxy> {
  const nginx = labProgram("nginx");
  const at = { address: GATEWAYS[end === "peer" ? "monitor" : "peer"], ports };
  proxies += 1;
  const base = join(FOLDER, `${lab}-proxy-${proxies}`);
  const suffix = protocol === "udp" ? " udp" : "";
  const servers = ports.map(
    (port) => `server {
      listen ${at.address}:${port}${suffix};
      proxy_pass ${ADDRESSES[end]}:${port};
      proxy_timeout 1h;
    }`,
  );
  writeFileSync(`${base}.conf`, configuration(await streamModule(nginx), `${base}.pid`, servers));
  // Where it connects from must not take the ports that another proxy is to listen on.
  const script = `echo 61000 65535 >/proc/sys/net/ipv4/ip_local_port_range; exec "$@"`;
  const command = [nginx, "-e", "stderr", "-p", FOLDER, "-c", `${base}.conf`];
  const child = spawn(
    "ip",
    ["netns", "exec", namespaceOf(lab, "router"), "sh", "-ec", script, "sh", ...command],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    for (const file of [`${base}.conf`, `${base}.pid`]) rmSync(file, { force: true });
  };
  try {
    await listening(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { at, stop };
}

// One process, which needs no other user: a lab without root has but one.
function configuration(loadModule: string, pidFile: string, servers: readonly string[]): string {
  return `
    daemon off;
    master_process off;
    pid ${pidFile};
    error_log stderr notice;
    ${loadModule}
    events { worker_connections 4096; }
    stream { ${servers.join("\n")} }
  `;
}

/** The directive that loads the stream module, where nginx has not got it built in. */
async function streamModule(nginx: string): Promise<string> {
  const { stderr: built } = await tryCommand([nginx, "-V"]);
  if (/--with-stream(\s|$)/.test(built)) return "";
  const folder = /--modules-path=(\S+)/.exec(built)?.[1];
  const path = folder && join(folder, "ngx_stream_module.so");
  if (path === undefined || !existsSync(path)) {
    throw new Error(`${nginx} lacks its stream module; on Debian: apt install libnginx-mod-stream.`);
  }
  return `load_module ${path};`;
}

/** Resolves once nginx has its sockets, which is when it names its event method. */
function listening(child: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new Error(`The proxy could not be started: ${why} ${complaintIn(said)}`));
    const impatience = setTimeout(
      () => fail(`it did not listen within ${START_LIMIT_MS} ms.`),
      START_LIMIT_MS,
    );
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2000);
      if (said.includes("event method")) {
        clearTimeout(impatience);
        resolve();
      }
    });
    child.on("error", (error) => fail(String(error)));
    child.on("exit", (code) => {
      clearTimeout(impatience);
      fail(`it ended with exit code ${code}.`);
    });
  });
}

/** What made it end: the first of its emergencies, which it may repeat. */
function complaintIn(said: string): string {
  return /\[emerg\].*/.exec(said)?.[0] ?? said.trim();
}
