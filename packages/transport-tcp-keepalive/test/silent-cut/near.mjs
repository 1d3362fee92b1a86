// The near host, in its own network namespace: connects to peer.mjs by keepalive(), counts frames while all is
// well, has the peer cut off in silence, and prints what the link said, as JSON.
// Runs as plain JavaScript in a process of its own, and so imports the built package.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { keepalive } from "../../dist/index.js";

const { settings, writeOctets, healthyMs } = JSON.parse(process.argv[2]);
const near = { address: "10.91.0.1", mac: "02:00:00:00:00:01" };
const far = { address: "10.91.0.2", mac: "02:00:00:00:00:02", port: 7000 };
const ip = (line) => execFileSync("ip", line.split(" "));

// IPv6's neighbour discovery would be counted as the kernel's probes.
writeFileSync("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
ip(`link add near address ${near.mac} type veth peer name far address ${far.mac}`);
ip(`addr add ${near.address}/24 dev near`);
ip("link set near up");

const script = new URL("peer.mjs", import.meta.url).pathname;
const peer = spawn("unshare", ["--net", process.execPath, script, far.address, String(far.port)], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const ask = async (command) => {
  peer.stdin.write(`${command}\n`);
  return (await answers.next()).value;
};
await answers.next();
ip(`link set far netns ${peer.pid}`);
await ask("start");
// Known for good: silence must not turn into "no such neighbour".
ip(`neigh replace ${far.address} lladdr ${far.mac} dev near nud permanent`);

/** Frames and octets that crossed the link, both ways: /proc/net/dev columns 0, 1 (in) and 8, 9 (out). */
function traffic() {
  const line = readFileSync("/proc/self/net/dev", "utf8")
    .split("\n")
    .find((each) => each.trim().startsWith("near:"));
  const columns = line.split(":")[1].trim().split(/\s+/).map(Number);
  return { in: { octets: columns[0], frames: columns[1] }, out: { octets: columns[8], frames: columns[9] } };
}

const result = { calls: [] };
let socket;
const transport = keepalive({
  host: far.address,
  port: far.port,
  settings,
  onSocket: (each) => {
    socket = each.resume();
  },
});
const closed = new Promise((resolve) => {
  transport.open({
    opened: () => result.calls.push("opened"),
    received: () => result.calls.push("received"),
    active: () => result.calls.push("active"),
    rejected: () => result.calls.push("rejected"),
    closed: resolve,
  });
});
while (!result.calls.includes("active")) await sleep(5);
// The handshake's last frames are not the kernel's probes.
await sleep(100);
result.before = traffic();
await sleep(healthyMs);
result.after = traffic();
result.report = transport.report;
await ask("cut");
const cutAtMs = performance.now();
if (writeOctets > 0) socket.write(Buffer.alloc(writeOctets));
result.reason = await closed;
result.afterMs = performance.now() - cutAtMs;
process.stdout.write(JSON.stringify(result), () => peer.stdin.end());
