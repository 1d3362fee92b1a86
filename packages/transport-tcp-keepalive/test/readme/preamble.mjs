// What the README's lines take for granted: see its section "And in Node?". The port is that of a server that listens.
import { once } from "node:events";
import { connect } from "node:net";

const socket = connect(Number(process.env.README_PORT), "127.0.0.1");
await once(socket, "connect");
Object.assign(globalThis, {
  socket,
  settings: { idleMs: 10_000, intervalMs: 5000, probes: 3 },
  handler: (_request, response) => response.end("hello"),
  use: (another) => another.resume(),
});
