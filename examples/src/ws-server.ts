// npm run example ws-server

// A chat server on ws. Four clients come, each a process of its own: one stays well, one hangs, one is killed,
// one says goodbye. Their code knows nothing of Heartwire: any WebSocket peer, browsers too, answers a ping.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { webSocketPeers } from "@heartwire/websocket";
import { fixedTimeout, monitorPeers } from "heartwire";
import { firstValueFrom } from "rxjs";
import { WebSocket, WebSocketServer } from "ws";
import { portOf } from "./support/listening.js";
import { end, play, startPart, tell } from "./support/parts.js";
import { inWords, say } from "./support/print.js";
import { until } from "./support/until.js";

const names = new WeakMap<WebSocket, string>();
const messages = new Map<string, number>();

/** Your server, as it was. */
function chat(server: WebSocketServer): void {
  server.on("connection", (ws, request) => {
    const name = request.url?.slice(1) ?? "";
    names.set(ws, name);
    ws.on("message", () => messages.set(name, (messages.get(name) ?? 0) + 1));
  });
}

/** What makes it notice. */
function noticeTheDead(server: WebSocketServer) {
  const policy = fixedTimeout({ intervalMs: 1000, detectMultiplier: 3 });
  return monitorPeers(webSocketPeers(server, { via: "ping" }), policy).subscribe(({ peer, event }) => {
    say(`${names.get(peer.handle)}: ${inWords(event)}`);
    // The WebSocket is yours. A dead peer never answers a closing handshake, so no close() here.
    if (event.type === "dead") peer.handle.terminate();
  });
}

// ---- The stage ---------------------------------------------------------------------------------------------

async function main(): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  chat(server);
  const watching = noticeTheDead(server);
  const join = async (name: string) => {
    const part = startPart(import.meta.url, "client", [portOf(server), name]);
    await firstValueFrom(part.words);
    return part.child;
  };
  const [ann, bob, cleo, dan] = await Promise.all(["Ann", "Bob", "Cleo", "Dan"].map(join));
  await sleep(1500);
  say("now Bob's process is stopped, Cleo's killed, Dan's closes its WebSocket");
  bob?.kill("SIGSTOP");
  cleo?.kill("SIGKILL");
  dan?.kill("SIGTERM");
  await until(() => server.clients.size === 1);
  say(`still connected: ${[...server.clients].map((ws) => names.get(ws)).join(", ")}`);
  say(
    `messages: ${[...messages].map(([name, count]) => `${name} ${count}`).join(", ")}; no ping is among them`,
  );
  watching.unsubscribe();
  for (const ws of server.clients) ws.terminate();
  server.close();
  if (ann !== undefined) await end(ann);
}

function client(): void {
  const [port, name] = process.argv.slice(2);
  const ws = new WebSocket(`ws://127.0.0.1:${port}/${name}`);
  ws.on("open", () => {
    tell("connected");
    setInterval(() => ws.readyState === ws.OPEN && ws.send("hello"), 500);
  });
  process.on("SIGTERM", () => ws.close());
  ws.on("close", () => process.exit());
}

await play({ main, client });

// Printed here (Linux, Node 20; your times will differ a little):
//  1.8 s  Bob: alive (proven: its process)
//  1.8 s  Cleo: alive (proven: its process)
//  1.9 s  Ann: alive (proven: its process)
//  1.9 s  Dan: alive (proven: its process)
//  3.4 s  now Bob's process is stopped, Cleo's killed, Dan's closes its WebSocket
//  3.4 s  Cleo: dead: the peer's end was closed without a goodbye
//  3.4 s  Dan: left, with a goodbye
//  4.8 s  Bob: suspect: silent for 1.5 s
//  6.3 s  Bob: dead: silent for 3000 ms (3 heartbeats missed)
//  6.4 s  still connected: Ann
//  6.4 s  messages: Bob 3, Cleo 3, Ann 8, Dan 2; no ping is among them
