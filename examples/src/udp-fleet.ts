// npm run example udp-fleet

// A hundred machines tell one hub that they live, each by one small datagram a second; nothing goes back. Here
// they share four processes. One process is killed, one killed and restarted, one leaves with a goodbye.
import { setTimeout as sleep } from "node:timers/promises";
import { type UdpAddress, type UdpHub, udp, udpHub } from "@heartwire/udp";
import { fixedTimeout, monitorPeers, type PeerLiveness, respond } from "heartwire";
import { firstValueFrom, interval } from "rxjs";
import { end, play, startPart, tell } from "./support/parts.js";
import { inWords, say } from "./support/print.js";
import { until } from "./support/until.js";

// ---- The hub -----------------------------------------------------------------------------------------------

const names = new Map<string, string>();
const states = new Map<string, "alive" | "suspect" | "dead" | "left">();

function watchFleet(hub: UdpHub) {
  // "listen": only they speak. Samples, because each beat carries its sender's name.
  const policy = fixedTimeout({ intervalMs: 1000, detectMultiplier: 5, mode: "listen" });
  return monitorPeers(hub.peers, policy, { samples: true }).subscribe(note);
}

function note({ peer, event }: PeerLiveness<UdpAddress>): void {
  switch (event.type) {
    case "heartbeat":
      if (event.payload) names.set(peer.address, Buffer.from(event.payload).toString());
      break;
    case "dead":
    case "left":
      say(`${names.get(peer.address)}: ${inWords(event)}`);
      states.set(peer.address, event.type);
      break;
    case "alive":
    case "suspect":
      states.set(peer.address, event.type);
      break;
    // Half of a fleet silent together: rather our own network than all of them. Their deaths wait for an answer.
    case "group-silent":
    case "group-answered":
    case "group-unanswered":
      say(inWords(event));
  }
}

function status(): string {
  const count = { alive: 0, suspect: 0, dead: 0, left: 0 };
  for (const state of states.values()) count[state] += 1;
  return Object.entries(count)
    .map(([state, machines]) => `${state} ${machines}`)
    .join("  ");
}

// ---- A machine ---------------------------------------------------------------------------------------------

function startMachine(name: string, hubPort: number, localPort: number) {
  const transport = udp({ host: "127.0.0.1", port: hubPort, localPort });
  const payload = Buffer.from(name);
  return respond(transport, { beatIntervalMs: 1000, payload: () => payload }).subscribe();
}

// ---- The stage ---------------------------------------------------------------------------------------------

async function main(): Promise<void> {
  const hub = udpHub({ address: "127.0.0.1" });
  const { port } = await hub.bound;
  const watching = watchFleet(hub);
  const printing = interval(1000).subscribe(() => say(status()));
  const start = async (first: number, last: number, localPort = 0) => {
    const { child, words } = startPart(import.meta.url, "machines", [port, first, last, localPort]);
    await firstValueFrom(words);
    return child;
  };
  const [, killed, restarted, leaving] = await Promise.all([
    start(1, 95),
    start(96, 98),
    start(99, 99),
    start(100, 100),
  ]);
  await until(() => states.size === 100);
  await sleep(2000);
  say("now the process of machines 96 to 98 is killed, 99 restarted, 100 told to leave");
  killed.kill("SIGKILL");
  leaving.kill("SIGTERM");
  await end(restarted);
  // A restart is known as one by the same address. A fleet does it by a fixed local port.
  await start(99, 99, portOfMachine("machine 99"));
  await until(() => [...states.values()].filter((state) => state === "dead").length === 3);
  await sleep(1500);
  printing.unsubscribe();
  watching.unsubscribe();
  await hub.close();
}

function portOfMachine(wanted: string): number {
  const [address = ""] = [...names].find(([, name]) => name === wanted) ?? [];
  return Number(address.split(":")[1]);
}

function machines(): void {
  const [hubPort = 0, first = 0, last = 0, localPort = 0] = process.argv.slice(2).map(Number);
  const subscriptions = Array.from({ length: last - first + 1 }, (_, index) =>
    startMachine(`machine ${first + index}`, hubPort, localPort),
  );
  process.on("SIGTERM", () => {
    for (const subscription of subscriptions) subscription.unsubscribe();
  });
  tell("started");
}

await play({ main, machines });

// Printed here (Linux, Node 20; your times will differ a little):
//  1.0 s  alive 100  suspect 0  dead 0  left 0
//  2.0 s  alive 100  suspect 0  dead 0  left 0
//  2.9 s  now the process of machines 96 to 98 is killed, 99 restarted, 100 told to leave
//  2.9 s  machine 100: left, with a goodbye
//  3.0 s  alive 99  suspect 0  dead 0  left 1
//  3.2 s  machine 99: dead: the peer was restarted: the same address answers under a new session
//  4.0 s  alive 99  suspect 0  dead 0  left 1
//  5.0 s  alive 97  suspect 2  dead 0  left 1
//  6.0 s  alive 96  suspect 3  dead 0  left 1
//  7.0 s  alive 96  suspect 3  dead 0  left 1
//  7.3 s  machine 97: dead: silent for 5000 ms (5 heartbeats missed)
//  7.5 s  machine 98: dead: silent for 5000 ms (5 heartbeats missed)
//  7.7 s  machine 96: dead: silent for 5000 ms (5 heartbeats missed)
//  8.0 s  alive 96  suspect 0  dead 3  left 1
//  9.0 s  alive 96  suspect 0  dead 3  left 1
