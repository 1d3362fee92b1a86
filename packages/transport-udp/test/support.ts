import dgram, { type Socket } from "node:dgram";
import { once } from "node:events";
import type { Heartbeat, Link, Peer } from "@heartwire/core";
import { type RecordingListener, recordingListener } from "@heartwire/testkit";
import { onTestFinished, vi } from "vitest";
import type { UdpAddress } from "../src/address.js";
import { encodeDatagram } from "../src/envelope.js";
import { type UdpHub, type UdpHubOptions, udpHub } from "../src/index.js";

/** Generous: nothing here takes longer than some milliseconds, unless the machine is busy. */
export const TIMEOUT_MS = 10_000;

export const BEAT: Heartbeat = { kind: "beat", seq: 1, intervalMs: 1000 };

export function beat(seq: number): Heartbeat {
  return { kind: "beat", seq, intervalMs: 1000 };
}

export function waitFor(
  listener: RecordingListener,
  what: string,
  predicate: (listener: RecordingListener) => boolean,
): Promise<void> {
  return listener.waitFor(predicate, { timeoutMs: TIMEOUT_MS, what });
}

export const opened = (listener: RecordingListener): Promise<void> =>
  waitFor(listener, "opened()", (l) => l.count("opened") === 1);

export const closed = (listener: RecordingListener): Promise<void> =>
  waitFor(listener, "closed()", (l) => l.count("closed") === 1);

export const received = (listener: RecordingListener, count: number): Promise<void> =>
  waitFor(listener, `${count} heartbeats`, (l) => l.heartbeats.length >= count);

export const rejected = (listener: RecordingListener, count: number): Promise<void> =>
  waitFor(listener, `${count} rejections`, (l) => l.rejections.length >= count);

/** A plain socket on loopback, without any of our code, that speaks as it is told. */
export interface RawPeer {
  readonly socket: Socket;
  readonly port: number;
  /** What arrived, in order. */
  readonly datagrams: readonly Buffer[];
  send(to: number, session: number, heartbeat: Heartbeat): Promise<void>;
  sendOctets(to: number, octets: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export async function rawPeer(port = 0): Promise<RawPeer> {
  const socket = dgram.createSocket("udp4");
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  const datagrams: Buffer[] = [];
  socket.on("message", (datagram) => datagrams.push(datagram));
  let closing: Promise<unknown> | undefined;
  const peer: RawPeer = {
    socket,
    port: socket.address().port,
    datagrams,
    send: (to, session, heartbeat) => peer.sendOctets(to, encodeDatagram(session, heartbeat)),
    sendOctets: (to, octets) =>
      new Promise((resolve, reject) => {
        socket.send(octets, to, "127.0.0.1", (error) => (error ? reject(error) : resolve()));
      }),
    async close() {
      if (closing === undefined) {
        closing = once(socket, "close");
        socket.close();
      }
      await closing;
    },
  };
  onTestFinished(() => peer.close());
  return peer;
}

/** A peer that arrived at a hub, opened at once. */
export interface Arrival {
  readonly peer: Peer<UdpAddress>;
  readonly link: Link;
  readonly listener: RecordingListener;
}

export interface ListeningHub {
  readonly hub: UdpHub;
  readonly port: number;
  readonly arrivals: readonly Arrival[];
  /** What the peer source told besides peers, and `opened` once for each peer. */
  readonly source: RecordingListener;
  /** Resolves when so many peers have arrived. */
  arrived(count: number): Promise<Arrival>;
}

/** A hub on loopback that opens a link to every peer. */
export async function listeningHub(options: UdpHubOptions = {}): Promise<ListeningHub> {
  const hub = loopbackHub(options);
  const arrivals: Arrival[] = [];
  const source = recordingListener();
  hub.peers.listen({
    peer(peer) {
      const listener = recordingListener();
      arrivals.push({ peer, listener, link: peer.transport.open(listener) });
      source.opened();
    },
    rejected: (rejection) => source.rejected(rejection),
    closed: (reason) => source.closed(reason),
  });
  const { port } = await hub.bound;
  return {
    hub,
    port,
    arrivals,
    source,
    async arrived(count) {
      await waitFor(source, `${count} peers`, () => arrivals.length >= count);
      return arrivals[count - 1]!;
    },
  };
}

/** A hub that is closed when the test ends. */
export function loopbackHub(options: UdpHubOptions = {}): UdpHub {
  const hub = udpHub({ address: "127.0.0.1", ...options });
  onTestFinished(() => hub.close());
  return hub;
}

/** The last reason a listener was closed with; undefined for an orderly end. */
export function reasonOf(listener: RecordingListener): unknown {
  const last = listener.calls.at(-1);
  if (last?.call !== "closed") throw new Error(`closed() is not the last call, but ${last?.call}()`);
  return last.reason;
}

/** The sockets bound from now on until mocks are restored: for what no peer on loopback can do. */
export function captureSockets(): readonly Socket[] {
  const sockets: Socket[] = [];
  const { bind } = dgram.Socket.prototype;
  vi.spyOn(dgram.Socket.prototype, "bind").mockImplementation(function (this: Socket, ...args: unknown[]) {
    sockets.push(this);
    return Reflect.apply(bind, this, args);
  });
  return sockets;
}

/** Whether a socket has released its handle. */
export function isClosed(socket: Socket): boolean {
  try {
    socket.address();
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_SOCKET_DGRAM_NOT_RUNNING";
  }
}

/** What keeps this process running and has to do with UDP or names. */
export function activeHandles(): readonly string[] {
  return process.getActiveResourcesInfo().filter((type) => /udp|getaddrinfo/i.test(type));
}
