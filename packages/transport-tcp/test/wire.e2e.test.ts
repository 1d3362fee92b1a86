import net from "node:net";
import type { Heartbeat, Transport } from "@heartwire/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { dialectSocket, heartbeatSocket, redisDialect, shareSocket, tcp } from "../src/index.js";
import { observe } from "./support/links.js";
import { type RespServer, respServer } from "./support/resp-server.js";
import { closeServer, connect, listening, newServer, TRUST } from "./support/sockets.js";

/** Ethernet, IPv4 and TCP with timestamps: what each segment costs beyond the stream's octets. */
const SEGMENT = 66;

/** A middle box that counts the octets of the stream in each direction. */
async function counter(target: number): Promise<{ port: number; out: () => number; in: () => number }> {
  let out = 0;
  let back = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const onward = net.connect(target, "127.0.0.1");
    for (const socket of [client, onward]) {
      sockets.add(socket.setNoDelay(true));
      socket.on("error", () => {});
    }
    client.on("data", (chunk) => {
      out += chunk.length;
      onward.write(chunk);
    });
    onward.on("data", (chunk) => {
      back += chunk.length;
      client.write(chunk);
    });
  });
  const port = await listening(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return closeServer(server);
  });
  return { port, out: () => out, in: () => back };
}

async function settled(read: () => number): Promise<number> {
  for (let last = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (read() === last) return last;
    last = read();
  }
}

type Opening = (port: number) => Transport;

async function measured(far: (socket: net.Socket) => Transport, near: Opening, tls: boolean) {
  const server = newServer({ tls });
  server.on(tls ? "secureConnection" : "connection", (socket: net.Socket) => {
    const peer = observe(far(socket), (call, link) => {
      if (call.call === "received" && call.heartbeat.kind === "probe")
        link.send({ ...call.heartbeat, kind: "echo" });
    });
    onTestFinished(() => {
      peer.link.close();
      socket.destroy();
    });
  });
  const box = await counter(await listening(server));
  onTestFinished(() => closeServer(server));
  const transport = near(box.port);
  const { link, opened } = observe(transport);
  onTestFinished(() => link.close());
  await opened();
  const cost = async (heartbeat: Heartbeat) => {
    const before = { out: await settled(box.out), in: await settled(box.in) };
    link.send(heartbeat);
    return { out: (await settled(box.out)) - before.out, in: (await settled(box.in)) - before.in };
  };
  return {
    wire: transport.wire,
    probe: await cost({ kind: "probe", seq: 1 }),
    beat: await cost({ kind: "beat", seq: 1, intervalMs: 1000 }),
  };
}

describe("the octets on the wire are the octets predicted", () => {
  const whole = heartbeatSocket;
  const shared = (socket: net.Socket): Transport => shareSocket(socket).transport;
  test.each([
    ["tcp", whole, (port: number) => tcp({ host: "127.0.0.1", port }), false, 6, 10],
    ["heartbeatSocket", whole, (port: number) => whole(connect(port)), false, 6, 10],
    ["shareSocket", shared, (port: number) => shared(connect(port)), false, 7, 11],
    ["tcp over TLS 1.3", whole, (port: number) => tcp({ host: "127.0.0.1", port, tls: TRUST }), true, 28, 32],
    [
      "shareSocket over TLS 1.3",
      shared,
      (port: number) => shared(connect(port, { tls: true })),
      true,
      29,
      33,
    ],
  ] as const)("%s", async (_, far, near, tls, probeOctets, beatOctets) => {
    const { wire, probe, beat } = await measured(far, near, tls);
    expect(probe).toEqual({ out: probeOctets, in: probeOctets });
    expect(beat).toEqual({ out: beatOctets, in: 0 });
    expect(wire).toEqual({
      probe: { out: [SEGMENT + probeOctets, SEGMENT], in: [SEGMENT + probeOctets] },
      beat: { out: [SEGMENT + beatOctets], in: [SEGMENT] },
      loss: "delays",
    });
  });

  test("Redis", async () => {
    const server: RespServer = await respServer();
    onTestFinished(server.dispose);
    const box = await counter(server.port);
    const socket = connect(box.port);
    onTestFinished(() => void socket.destroy());
    const transport = dialectSocket(socket, redisDialect());
    const near = observe(transport);
    await near.opened();
    near.link.send({ kind: "probe", seq: 1 });
    await near.until("the echo", (l) => l.heartbeats.length === 1);
    expect([box.out(), box.in()]).toEqual([14, 7]);
    expect(transport.wire.probe).toEqual({ out: [SEGMENT + 14, SEGMENT], in: [SEGMENT + 7] });
  });
});
