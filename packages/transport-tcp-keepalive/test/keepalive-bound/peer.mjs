// The far host, in its own network namespace: accepts, reads (or stops, if the first octet is a "p"), and on "cut"
// loses its address, so that it answers nothing any more while both links stay up. "heal" gives it back.
import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const [address, port] = process.argv.slice(2);
const ip = (...words) => execFileSync("ip", words);
const say = (word) => process.stdout.write(`${word}\n`);

const commands = {
  start() {
    ip("addr", "add", `${address}/24`, "dev", "far");
    ip("link", "set", "far", "up");
    createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (octets) => octets[0] === 112 && socket.pause());
    }).listen(Number(port), address, () => say("listening"));
  },
  cut() {
    ip("addr", "flush", "dev", "far");
    say("gone");
  },
  heal() {
    ip("addr", "add", `${address}/24`, "dev", "far");
    say("back");
  },
};

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => commands[line]?.());
// The near host is gone: so is the whole setup.
lines.on("close", () => process.exit());
say("waiting");
