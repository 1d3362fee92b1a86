// In its own network namespace: changes the system's keepalive settings under open connections, and prints what
// becomes of their timers, as JSON. Runs as plain JavaScript in a process of its own, on the built package.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, watch, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { suggestSysctl, systemKeepalive, watchSystemKeepalive } from "../../dist/index.js";

const IDLE_FILE = "/proc/sys/net/ipv4/tcp_keepalive_time";
const setIdleSeconds = (seconds) => writeFileSync(IDLE_FILE, String(seconds));
execFileSync("ip", ["link", "set", "lo", "up"]);

const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
await once(server, "listening");

async function connection() {
  const socket = connect(server.address().port, "127.0.0.1");
  await once(socket, "connect");
  // Without a delay Node turns keepalive on and sets nothing else.
  socket.setKeepAlive(true);
  return socket;
}

/** The running keepalive timer, in ms: /proc/net/tcp, column "tr tm->when", in hundredths of a second. */
function timerMs(socket) {
  const port = socket.localPort.toString(16).toUpperCase().padStart(4, "0");
  const line = readFileSync("/proc/self/net/tcp", "utf8")
    .split("\n")
    .find((each) => each.split(/\s+/)[2]?.endsWith(`:${port}`));
  const [kind, when] = line.trim().split(/\s+/)[5].split(":");
  return kind === "02" ? Number.parseInt(when, 16) * 10 : null;
}

/** Keepalive probes sent in this namespace. */
function probesSent() {
  const [names, values] = readFileSync("/proc/self/net/netstat", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("TcpExt:"))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf("TCPKeepAlive")]);
}

const inotify = [];
const watcher = watch(IDLE_FILE, (event) => inotify.push(event));
const told = [];
const polling = watchSystemKeepalive((current, previous) => told.push([previous.idleMs, current.idleMs]), {
  everyMs: 100,
});

const result = { before: systemKeepalive() };
setIdleSeconds(30);
const shortened = await connection();
await sleep(300);
setIdleSeconds(2);
const lengthened = await connection();
result.armedMs = { shortened: timerMs(shortened), lengthened: timerMs(lengthened) };
await sleep(300);
setIdleSeconds(6);
const fresh = await connection();
result.changedMs = { shortened: timerMs(shortened), lengthened: timerMs(lengthened), fresh: timerMs(fresh) };
await sleep(2200);
result.laterMs = { shortened: timerMs(shortened), lengthened: timerMs(lengthened) };
result.probesSent = probesSent();

// What is suggested must be what the kernel takes.
for (const line of suggestSysctl({ detectWithinMs: 60_000 }).lines.filter((each) => !each.startsWith("#"))) {
  const [name, value] = line.split(" = ");
  writeFileSync(`/proc/sys/${name.replaceAll(".", "/")}`, value);
}
result.suggested = systemKeepalive();
await sleep(300);
result.inotify = { sameMount: inotify.length };

// As a container does that shares this network namespace, or `nsenter`: with a /proc of its own.
const elsewhere = `echo 99 > ${IDLE_FILE}`;
try {
  execFileSync("unshare", ["--pid", "--fork", "--mount", "--mount-proc", "sh", "-c", elsewhere], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await sleep(300);
  result.inotify.otherMount = inotify.length - result.inotify.sameMount;
} catch {
  // Some containers forbid a second /proc.
  result.inotify.otherMount = null;
}
result.told = told;
polling.close();
watcher.close();
for (const socket of [shortened, lengthened, fresh]) socket.destroy();
server.close();
process.stdout.write(JSON.stringify(result), () => process.exit());
