// npm run example keepalive-on-a-server

// An HTTP server gives every connection it accepts keepalive settings, and prints what was really set. Node's
// own way comes first, for comparison: it knows the idle time only.
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { enforceKeepalive, type KeepaliveReport, readKeepalive } from "@heartwire/tcp-keepalive";
import { portOf } from "./support/listening.js";
import { table } from "./support/print.js";

// A silent client is found after 60 + 3 × 10 s; one that does not acknowledge what it is sent, after 90 s.
const SETTINGS = { idleMs: 60_000, intervalMs: 10_000, probes: 3, userTimeoutMs: 90_000 };

/**
 * All that a server of any kind needs: http, https, net, ws. A connection that dies then fails with ETIMEDOUT; to
 * hear of it as an event with its cause, see `keepalivePeers` and `monitorPeers`.
 */
function giveKeepalive(server: net.Server): void {
  enforceKeepalive(server, SETTINGS, { onReport: print });
}

function print(report: KeepaliveReport): void {
  const rows = (["idleMs", "intervalMs", "probes", "userTimeoutMs"] as const).map((name) => {
    const { asked, effective, means, note } = report[name];
    return [name, `${asked}`, `${effective ?? "unknown"}`, means, note ?? "as asked"];
  });
  console.log(`enforceKeepalive: keepalive is ${report.enabled ? "on" : "off, or cannot be read"}`);
  console.log(`${table([["", "asked", "really", "by", ""], ...rows], [0, 3, 4])}\n`);
}

// ---- The stage ---------------------------------------------------------------------------------------------

const nodesOwn = await listen({ keepAlive: true, keepAliveInitialDelay: SETTINGS.idleMs });
nodesOwn.on("connection", (socket) => {
  const reading = readKeepalive(socket);
  const words =
    reading.kind === "unreadable"
      ? reading.why
      : `idle ${reading.idleMs} ms, interval ${reading.intervalMs} ms, probes ${reading.probes}`;
  console.log(`createServer({ keepAlive: true, keepAliveInitialDelay: 60_000 }) really sets:\n${words}\n`);
});
await visit(nodesOwn);

const server = await listen({});
giveKeepalive(server);
await visit(server);

async function listen(options: http.ServerOptions): Promise<http.Server> {
  const server = http.createServer(options, (_request, response) => response.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function visit(server: http.Server): Promise<void> {
  const client = net.connect(portOf(server), "127.0.0.1");
  client.end("GET / HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n");
  client.resume();
  await once(client, "close");
  server.close();
}

// Printed here (Linux, Node 20; your times will differ a little):
// createServer({ keepAlive: true, keepAliveInitialDelay: 60_000 }) really sets:
// idle 60000 ms, interval 1000 ms, probes 10
//
// enforceKeepalive: keepalive is on
//                asked  really  by
// idleMs         60000   60000  ffi  as asked
// intervalMs     10000   10000  ffi  as asked
// probes             3       3  ffi  a user timeout replaces the count of probes
// userTimeoutMs  90000   90000  ffi  as asked
