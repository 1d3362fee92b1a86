// Runs in a host: speaks UDP and TCP with the speaker at the address it is given, and tells what it hears.
// The UDP socket is connected, so that the kernel reports ICMP errors on it.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicMs, openLabChannel } from "../../dist/lab/index.js";

const PORT = 7000;
/** A datagram that says its number and when it was sent. */
const STAMPED_OCTETS = 16;
const [remote] = process.argv.slice(2);
const heard = { datagrams: 0, octets: 0, errors: [], tcpOctets: 0, tcpEvents: [], healthy: true };
const arrivals = [];

const udp = createSocket("udp4");
udp.on("message", (datagram) => {
  heard.datagrams += 1;
  heard.octets += datagram.length;
  if (datagram.length === STAMPED_OCTETS) {
    const [number, sentMs] = new Float64Array(new Uint8Array(datagram).buffer);
    arrivals.push({ number, sentMs, atMs: monotonicMs() });
  }
});
udp.on("error", (error) => heard.errors.push(error.code));
udp.bind(PORT);
await once(udp, "listening");
udp.connect(PORT, remote);
await once(udp, "connect");

let tcp;
const adopt = (socket) => {
  tcp = socket.setNoDelay(true);
  socket.on("data", (data) => {
    heard.tcpOctets += data.length;
  });
  for (const name of ["end", "close"]) {
    socket.on(name, () => heard.tcpEvents.push(name));
  }
  socket.on("error", (error) => heard.tcpEvents.push(error.code));
};
createServer(adopt).listen(PORT);

const commands = {
  async send({ octets, count }) {
    for (let sent = 0; sent < count; sent += 1) {
      // A failed send is what some tests are about; it arrives through the callback.
      await new Promise((resolve) => {
        udp.send(new Uint8Array(octets), (error) => {
          if (error) heard.errors.push(error.code);
          resolve();
        });
      });
    }
  },
  /** Datagrams that say their number and when they were sent, some at a time. */
  async sendStamped({ count, atOnce, everyMs }) {
    for (let number = 0; number < count; number += 1) {
      udp.send(new Uint8Array(Float64Array.of(number, monotonicMs()).buffer));
      if ((number + 1) % atOnce === 0) await sleep(everyMs);
    }
  },
  async arrivals() {
    await sleep(50);
    return { arrivals };
  },
  async connect({ keepAliveMs }) {
    adopt(connect(PORT, remote));
    await once(tcp, "connect");
    if (keepAliveMs !== undefined) tcp.setKeepAlive(true, keepAliveMs);
  },
  /** Once this process has taken the other's connection: a kernel resets what nobody has accepted. */
  async accepted() {
    while (tcp === undefined) await sleep(1);
  },
  /** Does to itself what faults ask for, soon. */
  async obey({ type, forMs, healthy }) {
    const atMs = monotonicMs() + 20;
    setTimeout(() => {
      while (monotonicMs() < atMs);
      if (type === "exit") process.exit();
      if (type === "block") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
      if (type === "health") heard.healthy = healthy;
    }, 18);
    return { atMs };
  },
  async write({ octets }) {
    tcp.write(new Uint8Array(octets));
  },
  /** What was heard so far, after letting what is under way arrive. */
  async tell() {
    await sleep(50);
    return { ...heard, carrier: readFileSync("/sys/class/net/wire/carrier", "utf8").trim() === "1" };
  },
};

const channel = openLabChannel();
channel.send({ ready: true });
for await (const { command, ...options } of channel.messages) {
  channel.send((await commands[command](options)) ?? {});
}
