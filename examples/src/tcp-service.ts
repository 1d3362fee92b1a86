// npm run example tcp-service

// A TCP service answers one line with one line. It gets heartbeats on the same connection, and a health check:
// when the store it depends on hangs, it takes requests and never answers them, and that must not look alive.
import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { shareSocket } from "@heartwire/tcp";
import { fixedTimeout, monitor, respond } from "heartwire";
import { filter, firstValueFrom } from "rxjs";
import { portOf } from "./support/listening.js";
import { end, play, startPart, tell } from "./support/parts.js";
import { inWords, say } from "./support/print.js";

// ---- The service -------------------------------------------------------------------------------------------

const store = { hangs: false, price: (fruit: string) => `${fruit} ${fruit.length}.00` };

function service(): void {
  const server = net.createServer((socket) => {
    const { application, transport } = shareSocket(socket);
    respond(transport, { health: () => !store.hangs }).subscribe({
      // The client is gone: so is the stream to it.
      complete: () => application.destroy(),
    });
    serve(application);
  });
  server.listen(0, "127.0.0.1", () => tell(portOf(server)));
  process.on("SIGUSR2", () => {
    store.hangs = true;
    tell("hangs");
  });
}

/** As it was, but for the type: it took the `net.Socket`. */
function serve(stream: Duplex): void {
  createInterface({ input: stream }).on("line", (fruit) => {
    if (!store.hangs) stream.write(`${store.price(fruit)}\n`);
  });
}

// ---- The client --------------------------------------------------------------------------------------------

function client(port: number) {
  const { application, transport } = shareSocket(net.connect(port, "127.0.0.1"));
  monitor(transport, fixedTimeout({ intervalMs: 1000 }), { samples: false }).subscribe({
    next: (event) => say(`heartbeat: ${inWords(event)}`),
    // With an error, so that whoever waits for an answer hears of it.
    complete: () => application.destroy(new Error("the service is gone")),
  });
  return application;
}

/** As it was, but for the type. */
async function ask(stream: Duplex, fruit: string): Promise<void> {
  say(`request  ${fruit}`);
  stream.write(`${fruit}\n`);
  const [answer] = await once(stream, "data");
  say(`answer   ${String(answer).trim()}`);
}

// ---- The stage ---------------------------------------------------------------------------------------------

async function main(): Promise<void> {
  const { child, words } = startPart<number | "hangs">(import.meta.url, "service");
  const stream = client((await firstValueFrom(words)) as number);
  await ask(stream, "apple");
  await sleep(1000);
  await ask(stream, "banana");
  say("now the store hangs: the process is well, but can answer nobody");
  child.kill("SIGUSR2");
  await firstValueFrom(words.pipe(filter((word) => word === "hangs")));
  await ask(stream, "cherry").catch((error: Error) => say(`no answer: ${error.message}`));
  await end(child);
}

await play({ main, service });

// Printed here (Linux, Node 20; your times will differ a little):
//  0.3 s  request  apple
//  0.3 s  heartbeat: alive (proven: its process)
//  0.3 s  answer   apple 5.00
//  1.3 s  request  banana
//  1.3 s  answer   banana 6.00
//  1.3 s  now the store hangs: the process is well, but can answer nobody
//  1.3 s  request  cherry
//  2.8 s  heartbeat: suspect: silent for 1.5 s
//  4.3 s  heartbeat: dead: silent for 3000 ms (3 heartbeats missed)
//  4.3 s  no answer: the service is gone
