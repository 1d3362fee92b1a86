// The far host, or a second process on it: accepts and reads on each of the given addresses. "reset ADDRESS" on
// its input drops the connections accepted there, as a crash would.
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const [port, ...addresses] = process.argv.slice(2);
const say = (word) => process.stdout.write(`${word}\n`);
const accepted = new Map(addresses.map((address) => [address, new Set()]));

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const [command, address] = line.split(" ");
  if (command !== "listen") for (const socket of accepted.get(address)) socket.resetAndDestroy();
  else for (const [host, sockets] of accepted) listen(host, sockets);
});
// The near host is gone: so is the whole lab.
lines.on("close", () => process.exit());
say("started");

let listening = 0;
function listen(host, sockets) {
  createServer((socket) => sockets.add(socket.resume().on("error", () => {}))).listen(
    Number(port),
    host,
    () => {
      listening += 1;
      if (listening === accepted.size) say("listening");
    },
  );
}
