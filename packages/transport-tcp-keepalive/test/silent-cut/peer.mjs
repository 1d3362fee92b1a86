// The far host, in its own network namespace: accepts, reads, and on "cut" loses its address, so that it
// answers nothing any more while both links stay up.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const [address, port] = process.argv.slice(2);
const ip = (...words) => execFileSync("ip", words);
const say = (word) => process.stdout.write(`${word}\n`);

// IPv6's neighbour discovery would be counted as the kernel's probes.
writeFileSync("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");

const commands = {
  start() {
    ip("addr", "add", `${address}/24`, "dev", "far");
    ip("link", "set", "far", "up");
    createServer((socket) => socket.resume().on("error", () => {})).listen(Number(port), address, () =>
      say("listening"),
    );
  },
  cut() {
    ip("addr", "flush", "dev", "far");
    say("gone");
  },
};

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => commands[line]?.());
// The near host is gone: so is the whole setup.
lines.on("close", () => process.exit());
say("waiting");
