// An idle connection to a live peer, alone in a network namespace: counts the probes that the kernel sends in a while,
// and all octets on the wire, and prints both as JSON. Runs as plain JavaScript, on the built package.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { applyKeepalive } from "../../dist/index.js";

const { settings, forMs } = JSON.parse(process.argv[2]);
execFileSync("ip", ["link", "set", "lo", "up"]);

/** TcpExt's TCPKeepAlive, of this namespace. */
function probesSent() {
  const [names, values] = readFileSync("/proc/self/net/netstat", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("TcpExt:"))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf("TCPKeepAlive")]);
}

/** Received on the loopback interface, so both directions. */
function octetsSeen() {
  const line = readFileSync("/proc/self/net/dev", "utf8")
    .split("\n")
    .find((each) => each.trim().startsWith("lo:"));
  return Number(line.split(":")[1].trim().split(/\s+/)[0]);
}

const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
await once(server, "listening");
const socket = connect(server.address().port, "127.0.0.1");
await once(socket, "connect");
const { enabled, intervalMs } = applyKeepalive(socket, settings);
// Past the handshake's last frame.
await sleep(100);
const before = { probes: probesSent(), octets: octetsSeen() };
await sleep(forMs - 100);
const counted = { probes: probesSent() - before.probes, octets: octetsSeen() - before.octets };
const set = enabled === true && intervalMs.effective === settings.intervalMs;
process.stdout.write(JSON.stringify({ set, ...counted }), () => process.exit());
