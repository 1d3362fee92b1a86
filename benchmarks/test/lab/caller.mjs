// Runs in a host: listens, or calls somebody who does, wherever that is. Who listens answers every octet.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { openLabChannel } from "../../dist/lab/index.js";

const heard = { tcpOctets: 0, tcpEvents: [], callers: [], datagrams: 0, datagramCallers: [] };
let tcp;
let udp;
let lastCaller;

function adopt(socket) {
  tcp = socket.setNoDelay(true);
  socket.on("data", (data) => {
    heard.tcpOctets += data.length;
  });
  for (const name of ["end", "close"]) {
    socket.on(name, () => heard.tcpEvents.push(name));
  }
  socket.on("error", (error) => heard.tcpEvents.push(error.code));
}

const commands = {
  async listen() {
    const server = createServer((socket) => {
      adopt(socket);
      heard.callers.push(socket.remoteAddress);
      socket.on("data", (data) => socket.write(data));
    });
    server.listen(0);
    await once(server, "listening");
    udp = createSocket("udp4");
    udp.on("message", (datagram, caller) => {
      heard.datagrams += 1;
      heard.datagramCallers.push(caller.address);
      lastCaller = caller;
      udp.send(datagram, caller.port, caller.address);
    });
    udp.bind(0);
    await once(udp, "listening");
    return { tcpPort: server.address().port, udpPort: udp.address().port };
  },
  async call({ address, tcpPort, udpPort, keepAliveMs }) {
    adopt(connect(tcpPort, address));
    await once(tcp, "connect");
    if (keepAliveMs !== undefined) tcp.setKeepAlive(true, keepAliveMs);
    udp = createSocket("udp4");
    udp.on("message", () => {
      heard.datagrams += 1;
    });
    udp.connect(udpPort, address);
    await once(udp, "connect");
  },
  async say() {
    tcp.write("word");
  },
  async sendDatagram() {
    udp.send("word");
  },
  /** To whoever has sent one last. */
  async push() {
    udp.send("word", lastCaller.port, lastCaller.address);
  },
  async tell() {
    await sleep(50);
    return heard;
  },
};

const channel = openLabChannel();
channel.send({ ready: true });
for await (const { command, ...options } of channel.messages) {
  channel.send((await commands[command](options)) ?? {});
}
