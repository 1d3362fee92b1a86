// npm run example ws-client-reconnect

// A client keeps a WebSocket to a server that is killed, stays away for a while, and comes back. Its user
// interface always knows how things stand, and the application always has the WebSocket of the day.
import { setTimeout as sleep } from "node:timers/promises";
import { webSocket } from "@heartwire/websocket";
import { describeCause, fixedTimeout, monitor, reconnect, type Status, toStatus } from "heartwire";
import { distinctUntilChanged, filter, firstValueFrom, type Observable, shareReplay, tap } from "rxjs";
import { type WebSocket, WebSocketServer } from "ws";
import { portOf } from "./support/listening.js";
import { end, play, startPart, tell } from "./support/parts.js";
import { say } from "./support/print.js";

/** What a client does to notice, and to come back. */
function stayConnected(url: string): Observable<Status> {
  const transport = webSocket({ url, via: "ping", onSocket: useSocket });
  return monitor(transport, fixedTimeout({ intervalMs: 1000 })).pipe(
    reconnect({ initialMs: 200, maxMs: 1000 }),
    toStatus(),
    distinctUntilChanged((a, b) => a.state === b.state && a.cause?.kind === b.cause?.kind),
  );
}

/** The application gets each new WebSocket while it is still connecting. */
function useSocket(ws: WebSocket): void {
  ws.on("open", () => ws.send("what is the time?"));
  ws.on("message", (answer) => say(`        the application hears: ${answer}`));
}

function show({ state, cause, connections }: Status): void {
  const words = {
    pending: "connecting",
    alive: connections === 1 ? "connected" : `connected again (connection ${connections})`,
    suspect: "the server is silent",
    dead: `no server: ${cause && describeCause(cause)}`,
    left: "the server said goodbye",
  };
  say(words[state]);
}

// ---- The stage ---------------------------------------------------------------------------------------------

async function main(): Promise<void> {
  const first = startPart<number>(import.meta.url, "server", [0]);
  const port = await firstValueFrom(first.words);
  const statuses = stayConnected(`ws://127.0.0.1:${port}`).pipe(
    tap(show),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
  const connection = statuses.subscribe();
  const becomes = (state: Status["state"]) => firstValueFrom(statuses.pipe(filter((s) => s.state === state)));
  await becomes("alive");
  await sleep(1500);
  say("        the server's process is killed");
  await end(first.child);
  await becomes("dead");
  await sleep(2500);
  say("        the server is started again");
  const second = startPart<number>(import.meta.url, "server", [port]);
  await becomes("alive");
  await sleep(1500);
  say("        the server's process is stopped, as if it hung");
  second.child.kill("SIGSTOP");
  await becomes("dead");
  connection.unsubscribe();
}

function server(): void {
  const wss = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1" });
  wss.on("listening", () => tell(portOf(wss)));
  wss.on("connection", (ws) => {
    ws.on("message", (question) => ws.send(`"${question}" Time to be alive.`));
    ws.on("error", () => ws.terminate());
  });
}

await play({ main, server });

// Printed here (Linux, Node 20; your times will differ a little):
//  0.3 s  connecting
//  0.3 s          the application hears: "what is the time?" Time to be alive.
//  0.3 s  connected
//  1.8 s          the server's process is killed
//  1.9 s  no server: the peer's end was closed without a goodbye
//  2.0 s  no server: nothing listens there (ECONNREFUSED)
//  4.4 s          the server is started again
//  4.8 s          the application hears: "what is the time?" Time to be alive.
//  4.8 s  connected again (connection 2)
//  6.3 s          the server's process is stopped, as if it hung
//  7.2 s  the server is silent
//  8.7 s  no server: silent for 3000 ms (3 heartbeats missed)
