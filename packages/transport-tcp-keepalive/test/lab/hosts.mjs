// Two hosts in network namespaces, joined by one veth pair: this process is in the near one. The far one has an
// address for each scenario, so that each can be cut, healed and refused by itself.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const near = { address: "10.91.0.1", mac: "02:00:00:00:00:01" };
const far = { address: "10.91.0.2", mac: "02:00:00:00:00:02" };
export const port = 7000;
export const addressOf = (index) => `10.92.0.${index + 1}`;

const ip = (line) => execFileSync("ip", line.split(" "));

/** Starts both hosts and one process for each list of addresses. */
export async function startHosts(addressLists) {
  // IPv6's neighbour discovery would be counted as the kernel's probes.
  writeFileSync("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  ip(`link add near address ${near.mac} type veth peer name far address ${far.mac}`);
  ip(`addr add ${near.address}/24 dev near`);
  const first = await startPeer("unshare", ["--net"], addressLists[0]);
  const inFar = ["-t", String(first.process.pid), "--net"];
  const farIp = (line) => execFileSync("nsenter", [...inFar, "ip", ...line.split(" ")]);
  const others = addressLists.slice(1).map((addresses) => startPeer("nsenter", inFar, addresses));
  const peers = [first, ...(await Promise.all(others))];
  execFileSync("nsenter", [
    ...inFar,
    "sh",
    "-c",
    // Whatever is not its own it forwards: to nowhere, or with an ICMP error.
    "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 >/proc/sys/net/ipv4/ip_forward",
  ]);
  ip(`link set far netns ${first.process.pid}`);
  farIp(`addr add ${far.address}/24 dev far`);
  farIp("link set lo up");
  farIp("link set far up");
  ip("link set near up");
  // Known for good: silence must not turn into "no such neighbour".
  ip(`neigh replace ${far.address} lladdr ${far.mac} dev near nud permanent`);
  farIp(`neigh replace ${near.address} lladdr ${near.mac} dev far nud permanent`);
  ip(`route add 10.92.0.0/24 via ${far.address}`);
  for (const address of addressLists.flat()) farIp(`addr add ${address}/32 dev lo`);
  await Promise.all(peers.map((peer) => peer.ask("listen")));
  const leave = (address, route) => {
    farIp(`route add ${route} ${address}/32`);
    farIp(`addr del ${address}/32 dev lo`);
  };
  return {
    peers,
    /** Nothing is answered any more, and nobody says so. */
    cut: (address) => leave(address, "blackhole"),
    /** The last router says by ICMP that the host cannot be reached. */
    unreachable: (address) => leave(address, "unreachable"),
    heal(address) {
      farIp(`addr add ${address}/32 dev lo`);
      farIp(`route del blackhole ${address}/32`);
    },
    close() {
      for (const { process } of peers) process.kill("SIGKILL");
    },
  };
}

async function startPeer(command, flags, addresses) {
  const script = new URL("peer.mjs", import.meta.url).pathname;
  const child = spawn(command, [...flags, process.execPath, script, String(port), ...addresses], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await answers.next();
  return {
    process: child,
    tell: (line) => child.stdin.write(`${line}\n`),
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return (await answers.next()).value;
    },
  };
}

/** Frames and octets that crossed the wire, both ways: /proc/net/dev columns 0, 1 (in) and 8, 9 (out). */
export function traffic() {
  const line = readFileSync("/proc/self/net/dev", "utf8")
    .split("\n")
    .find((each) => each.trim().startsWith("near:"));
  const columns = line.split(":")[1].trim().split(/\s+/).map(Number);
  return { in: { octets: columns[0], frames: columns[1] }, out: { octets: columns[8], frames: columns[9] } };
}
