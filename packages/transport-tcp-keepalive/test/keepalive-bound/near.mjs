// The near host, in its own network namespace: opens connections to peer.mjs, has the peer cut off in silence (for
// good, or for a while), and prints how each connection ended and when, as JSON.
// Runs as plain JavaScript in a process of its own, on the built package.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { applyKeepalive, readTcpInfo } from "../../dist/index.js";

const { retries2, outageMs, connections } = JSON.parse(process.argv[2]);
const near = { address: "10.92.0.1", mac: "02:00:00:00:00:01" };
const far = { address: "10.92.0.2", mac: "02:00:00:00:00:02", port: 7000 };
const ip = (line) => execFileSync("ip", line.split(" "));

ip(`link add near address ${near.mac} type veth peer name far address ${far.mac}`);
ip(`addr add ${near.address}/24 dev near`);
ip("link set near up");
writeFileSync("/proc/sys/net/ipv4/tcp_retries2", String(retries2));

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

async function open({ name, settings, write }) {
  const socket = connect(far.port, far.address);
  await once(socket, "connect");
  // The first octet tells the peer whether to read on.
  socket.write(write === "more than the peer reads" ? "p" : "r");
  const report = applyKeepalive(socket, settings);
  if (report.userTimeoutMs.effective !== (settings.userTimeoutMs ?? 0)) {
    process.stdout.write(JSON.stringify({ cannot: report.userTimeoutMs.note ?? "user timeout not set" }));
    process.exit();
  }
  const ended = new Promise((resolve) => {
    socket.on("error", (error) => resolve({ errno: error.code, atMs: performance.now() }));
  });
  return { name, write, socket, ended };
}

const opened = await Promise.all(connections.map(open));
// Until the first octets are acknowledged.
await sleep(500);
const rtoMs = new Map(opened.map(({ name, socket }) => [name, readTcpInfo(socket).rtoMs]));
const origins = new Map();
/** Between these two instants it happened. */
const stamp = async (act) => {
  const fromMs = performance.now();
  await act();
  return { fromMs, toMs: performance.now() };
};
for (const { name, write, socket } of opened) {
  if (write !== "more than the peer reads") continue;
  origins.set(name, await stamp(() => socket.write(Buffer.alloc(16 << 20))));
}
const cut = await stamp(() => ask("cut"));
for (const { name, write, socket } of opened) {
  if (write === "after the cut") origins.set(name, await stamp(() => socket.write("x")));
}
const patience =
  outageMs === undefined
    ? undefined
    : (async () => {
        await sleep(outageMs);
        await ask("heal");
        // Long enough for a probe, its answer, or a verdict that is under way.
        await sleep(2500);
        return { errno: null };
      })();

const results = await Promise.all(
  opened.map(async ({ name, socket, ended }) => {
    const { errno, atMs } = await (patience === undefined ? ended : Promise.race([ended, patience]));
    const origin = origins.get(name) ?? cut;
    socket.destroy();
    return {
      name,
      errno,
      rtoMs: rtoMs.get(name),
      atLeastMs: atMs - origin.toMs,
      atMostMs: atMs - origin.fromMs,
    };
  }),
);
process.stdout.write(JSON.stringify({ results }), () => peer.stdin.end());
