import type { Socket } from "node:dgram";
import { type LinkCapabilities, type LinkFixture, lateTransport, linkConformance } from "@heartwire/testkit";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { type UdpHub, type UdpHubOptions, udp, udpHub } from "../src/index.js";
import { captureSockets, isClosed } from "./support.js";

// The sessions in the order in which they were made, so that a fixture can speak in the far end's name.
const sessions: number[] = vi.hoisted(() => []);
vi.mock("../src/envelope.js", async (importOriginal) => {
  const original = await importOriginal<typeof import("../src/envelope.js")>();
  const randomSession = (): number => {
    const session = original.randomSession();
    sessions.push(session);
    return session;
  };
  return { ...original, randomSession };
});

let sockets: readonly Socket[];
beforeAll(() => {
  sockets = captureSockets();
});
afterAll(() => {
  vi.restoreAllMocks();
});

/** A hub, the socket under it, and its session. */
interface Far {
  readonly hub: UdpHub;
  readonly port: number;
  readonly socket: Socket;
  readonly session: number;
}

async function farHub(options: UdpHubOptions): Promise<Far> {
  const hub = udpHub(options);
  const [socket, session] = [sockets.at(-1)!, sessions.at(-1)!];
  const { port } = await hub.bound;
  return { hub, port, socket, session };
}

const UDP_CAPABILITIES = {
  carries: ["beat", "probe", "echo", "bye"],
  probesAnsweredBy: "listener",
  senders: "both",
  maxPayloadOctets: 255,
  delivery: "best-effort",
  order: "kept",
  burst: "some",
  injectsFrames: true,
  injectsWire: "message",
  endedAs: undefined,
  sharedWithApplication: false,
} satisfies Partial<LinkCapabilities>;

/** What only the far end's own socket can do, whose peer has the port `nearPort()`. */
function injections({ socket, session }: Far, nearPort: () => number, address: string) {
  const injectWire = (octets: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(octets, nearPort(), address, (error) => (error ? reject(error) : resolve()));
    });
  const injectFrame = (octets: Uint8Array): Promise<void> => {
    const envelope = Buffer.alloc(5);
    envelope.writeInt32BE(session, 1);
    return injectWire(Buffer.concat([envelope, octets]));
  };
  return { injectFrame, injectWire };
}

/** The far hub's only peer, which exists once the near end has spoken. */
function onlyPeer({ hub }: Far) {
  const far = lateTransport(udp({ host: "127.0.0.1", port: 1 }));
  hub.peers.listen({ peer: (peer) => far.arrive(peer.transport), rejected() {}, closed() {} });
  return far.transport;
}

/** udp(), with a connected socket of its own, and the peer that it is to a hub. */
async function clientAndHub(options: UdpHubOptions & { readonly address: string }): Promise<LinkFixture> {
  const { address } = options;
  const far = await farHub(options);
  const nobody = await farHub(options);
  await nobody.hub.close();
  const first = sockets.length;
  const ownSockets = (): readonly Socket[] =>
    sockets.slice(first).filter((socket) => !isClosed(socket) && isConnectedTo(socket, far.port));
  return {
    near: udp({ host: address, port: far.port }),
    far: onlyPeer(far),
    nobody: udp({ host: address, port: nobody.port }),
    ...injections(far, () => ownSockets()[0]!.address().port, address),
    breakFar: () => far.hub.close(),
    openHandles: () => ownSockets().length,
    dispose: () => far.hub.close(),
  };
}

function isConnectedTo(socket: Socket, port: number): boolean {
  try {
    return socket.remoteAddress().port === port;
  } catch {
    return false;
  }
}

/** Two hubs, of which the near one connects; the far one finds a peer, or connects as well. */
async function twoHubs(far: "finds a peer" | "connects"): Promise<LinkFixture> {
  const farEnd = await farHub({ address: "127.0.0.1" });
  const hub = udpHub({ address: "127.0.0.1" });
  const { port } = await hub.bound;
  return {
    near: hub.connect({ host: "127.0.0.1", port: farEnd.port }),
    far: far === "connects" ? farEnd.hub.connect({ host: "127.0.0.1", port }) : onlyPeer(farEnd),
    nobody: hub.connect({ host: "nobody.invalid", port: 9 }),
    ...injections(farEnd, () => port, "127.0.0.1"),
    breakFar: () => farEnd.hub.close(),
    dispose: async () => {
      await Promise.all([farEnd.hub.close(), hub.close()]);
    },
  };
}

const CLIENT: LinkCapabilities = {
  ...UDP_CAPABILITIES,
  peerAppears: "by-first-heartbeat",
  brokenAs: ["refused"],
  unreachableAs: ["refused"],
  countsHandles: true,
};

// A socket that serves many is told nothing of a single peer's port.
const HUB: LinkCapabilities = {
  ...UDP_CAPABILITIES,
  peerAppears: "by-first-heartbeat",
  brokenAs: [],
  unreachableAs: ["connect-failed"],
  countsHandles: false,
};

describe("udp() to a hub", () => {
  for (const { name, run } of linkConformance(() => clientAndHub({ address: "127.0.0.1" }), CLIENT))
    test(name, run);
});

describe("hub.connect() to a hub that finds a peer", () => {
  for (const { name, run } of linkConformance(() => twoHubs("finds a peer"), HUB)) test(name, run);
});

describe("hub.connect() at both ends", () => {
  const capabilities: LinkCapabilities = { ...HUB, peerAppears: "by-opening" };
  for (const { name, run } of linkConformance(() => twoHubs("connects"), capabilities)) test(name, run);
});
