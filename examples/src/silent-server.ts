// npm run example silent-server

// A client sends "a". The server reads it and does not answer. Is it thinking, or gone? Three kinds of client
// ask, of two servers: one process is stopped, as if it hung; the other's network cable is pulled.
import type { ChildProcess } from "node:child_process";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { shareSocket } from "@heartwire/tcp";
import { keepaliveSocket } from "@heartwire/tcp-keepalive";
import {
  fixedTimeout,
  keepaliveDetection,
  type LivenessEvent,
  monitor,
  respond,
  trustKernel,
} from "heartwire";
import { filter, firstValueFrom, skip } from "rxjs";
import { portOf } from "./support/listening.js";
import { end, play, startPart, tell } from "./support/parts.js";
import { inWords, say, seconds } from "./support/print.js";
import { type TwoHosts, twoHosts } from "./support/two-hosts.js";

const KEEPALIVE = { idleMs: 1000, intervalMs: 1000, probes: 3 };
const HEARTBEAT = fixedTimeout({ intervalMs: 1000, detectMultiplier: 3 });

// ---- The clients -------------------------------------------------------------------------------------------

/** (a) Waits for the answer. That is all that most programs do. */
function clientWithNothing(port: number, host: string): void {
  const socket = net.connect(port, host);
  socket.write("a");
  socket.on("data", () => tell({ way: "nothing", says: "answered" }));
  socket.on("error", (error) => tell({ way: "nothing", says: error.message }));
}

/** (b) Has the kernel probe the connection. Nothing changes at the server, nor for the application. */
function clientWithKeepalive(port: number, host: string): void {
  const socket = net.connect(port, host);
  socket.write("a");
  const transport = keepaliveSocket(socket, KEEPALIVE, {
    onReport: ({ probes }) => probes.note && tell({ way: "keepalive", says: `probes ${probes.note}` }),
  });
  monitor(transport, trustKernel(KEEPALIVE)).subscribe({
    next: (event) => tell({ way: "keepalive", event }),
    complete: () => socket.destroy(),
  });
}

/** (c) Shares the connection between the application and heartbeats. The server does the same. */
function clientWithHeartbeat(port: number, host: string): void {
  const { application, transport } = shareSocket(net.connect(port, host));
  application.write("a");
  monitor(transport, HEARTBEAT, { samples: false }).subscribe({
    next: (event) => tell({ way: "heartbeat", event }),
    complete: () => application.destroy(),
  });
}

// ---- The server: it listens for (a) and (b) on one port, for (c) on another ---------------------------------

function server(): void {
  const plain = net.createServer((socket) => {
    socket.on("data", () => tell("read"));
  });
  const shared = net.createServer((socket) => {
    const { application, transport } = shareSocket(socket);
    application.on("data", () => tell("read"));
    respond(transport).subscribe();
  });
  plain.listen(() => shared.listen(() => tell({ plain: portOf(plain), shared: portOf(shared) })));
}

// ---- The stage: starts the processes, breaks something, watches ---------------------------------------------

const WATCH_MS = 8000;
const HERE = { onClient: [], onServer: [], serverAddress: "127.0.0.1" };
const WAYS = ["nothing", "keepalive", "heartbeat"] as const;

type Way = (typeof WAYS)[number];
type Word = { readonly way: Way } & ({ readonly event: LivenessEvent } | { readonly says: string });
type Ports = { readonly plain: number; readonly shared: number };

async function main(): Promise<void> {
  say(
    'three clients send "a" to a server, which reads it and says nothing; and the same with another server',
  );
  const hosts = await twoHosts();
  const scenes = [watch("the server hangs", HERE, (server) => server.kill("SIGSTOP"))];
  if (hosts.kind === "two hosts") scenes.push(watch("the cable is pulled", hosts, hosts.pullCable));
  for (const verdicts of await Promise.all(scenes)) console.log(`\n${verdicts}`);
  if (hosts.kind === "no hosts") console.log(`\nThe cable cannot be pulled here: ${hosts.why}`);
  const { best } = keepaliveDetection(KEEPALIVE, { unacknowledgedData: true });
  console.log(
    '\nEach "a" had been acknowledged by the server\'s kernel. With one still under way when the cable is pulled,\n' +
      `the kernel suspends keepalive, and repeats the "a" for ${Math.floor(best / 60_000)} minutes or more before it gives up.`,
  );
}

async function watch(
  fault: string,
  hosts: Pick<TwoHosts, "onClient" | "onServer" | "serverAddress">,
  breakIt: (server: ChildProcess) => unknown,
): Promise<string> {
  const server = startPart<Ports | "read">(import.meta.url, "server", [], hosts.onServer);
  const { plain, shared } = (await firstValueFrom(server.words)) as Ports;
  const address = [hosts.serverAddress, plain, shared];
  const clients = startPart<Word>(import.meta.url, "clients", address, hosts.onClient);
  const verdicts = new Map<Way, string>();
  let brokenMs = 0;
  clients.words.subscribe((word) => {
    const text = "says" in word ? word.says : inWords(word.event);
    say(`${fault}; ${word.way}: ${text}`);
    if ("event" in word && word.event.type !== "dead") return;
    verdicts.set(word.way, text.replace("dead", `dead after ${seconds(performance.now() - brokenMs)}`));
  });
  await firstValueFrom(
    server.words.pipe(
      filter((word) => word === "read"),
      skip(2),
    ),
  );
  // The kernel may take a moment to acknowledge what the server has read.
  await sleep(1000);
  say(`${fault}: now`);
  brokenMs = performance.now();
  await breakIt(server.child);
  await sleep(WATCH_MS);
  await Promise.all([end(server.child), end(clients.child)]);
  const lines = WAYS.map((way) => `  ${`${way}:`.padEnd(10)} ${verdicts.get(way) ?? noVerdict(way)}`);
  return `When ${fault}\n${lines.join("\n")}`;
}

function noVerdict(way: Way): string {
  const still = way === "nothing" ? "waiting" : 'says "alive"';
  const why = way === "keepalive" ? ": the server's kernel answers the probes" : "";
  return `after ${seconds(WATCH_MS)} still ${still}${why}`;
}

function clients(): void {
  const [host = "", plain, shared] = process.argv.slice(2);
  clientWithNothing(Number(plain), host);
  clientWithKeepalive(Number(plain), host);
  clientWithHeartbeat(Number(shared), host);
}

// Last, for it reads the constants above.
await play({ main, server, clients });

// Printed here (Linux, Node 20; your times will differ a little):
//  0.0 s  three clients send "a" to a server, which reads it and says nothing; and the same with another server
//  1.1 s  the server hangs; keepalive: alive (proven: its connection)
//  1.1 s  the server hangs; heartbeat: alive (proven: its process)
//  1.2 s  the cable is pulled; keepalive: alive (proven: its connection)
//  1.2 s  the cable is pulled; heartbeat: alive (proven: its process)
//  2.1 s  the server hangs: now
//  2.2 s  the cable is pulled: now
//  3.4 s  the server hangs; heartbeat: suspect: silent for 1.5 s
//  3.5 s  the cable is pulled; heartbeat: suspect: silent for 1.5 s
//  3.5 s  the cable is pulled; keepalive: suspect: silent for 1.4 s
//  4.9 s  the server hangs; heartbeat: dead: silent for 3000 ms (3 heartbeats missed)
//  5.0 s  the cable is pulled; heartbeat: dead: silent for 3000 ms (3 heartbeats missed)
//  5.3 s  the cable is pulled; keepalive: dead: the kernel's keepalive probes went unanswered (ETIMEDOUT)
//
// When the server hangs
//   nothing:   after 8.0 s still waiting
//   keepalive: after 8.0 s still says "alive": the server's kernel answers the probes
//   heartbeat: dead after 2.8 s: silent for 3000 ms (3 heartbeats missed)
//
// When the cable is pulled
//   nothing:   after 8.0 s still waiting
//   keepalive: dead after 3.1 s: the kernel's keepalive probes went unanswered (ETIMEDOUT)
//   heartbeat: dead after 2.9 s: silent for 3000 ms (3 heartbeats missed)
//
// Each "a" had been acknowledged by the server's kernel. With one still under way when the cable is pulled,
// the kernel suspends keepalive, and repeats the "a" for 15 minutes or more before it gives up.
