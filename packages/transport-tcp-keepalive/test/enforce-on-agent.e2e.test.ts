import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { applyKeepalive, enforceKeepalive, type KeepaliveReading, readKeepalive } from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";
import { certificate, startServer } from "./support/sockets.js";

const calls = systemCalls();
const whyNoKoffi = calls.kind === "unavailable" ? calls.why : undefined;

const settings = { idleMs: 41_000, intervalMs: 7000, probes: 5, userTimeoutMs: 12_345 };
const held: KeepaliveReading = { kind: "read", enabled: true, ...settings };

/** A client of a server on loopback, through an agent. */
interface Client {
  readonly agent: http.Agent;
  /** Asks, reads the whole answer, and waits until the agent is done with the socket. */
  ask(duringAnswer?: (socket: Socket) => void): Promise<{ socket: Socket; reused: boolean }>;
}

async function clientOf(scheme: "http" | "https", options: http.AgentOptions): Promise<Client> {
  const answer: http.RequestListener = (_request, response) => void response.end("ok");
  const overTls = scheme === "https";
  const { port } = await startServer(
    overTls ? https.createServer(certificate, answer) : http.createServer(answer),
  );
  const agent = overTls ? new https.Agent({ ...options, ca: certificate.cert }) : new http.Agent(options);
  onTestFinished(() => agent.destroy());
  return {
    agent,
    async ask(duringAnswer) {
      const request = (overTls ? https : http).get({ host: "127.0.0.1", port, agent });
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      const { socket } = response;
      duringAnswer?.(socket);
      const done = options.keepAlive === true ? once(agent, "free") : once(socket, "close");
      response.resume();
      await done;
      return { socket, reused: request.reusedSocket };
    },
  };
}

/** One request through an agent on which the settings are enforced. */
async function askOnce(agent: http.Agent): Promise<void> {
  const { port } = await startServer(http.createServer((_request, response) => void response.end()));
  onTestFinished(() => agent.destroy());
  enforceKeepalive(agent, settings);
  const request = http.get({ host: "127.0.0.1", port, agent });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  expect(readKeepalive(response.socket)).toEqual(held);
  response.resume();
}

describe.skipIf(whyNoKoffi !== undefined)(`read back from the kernel (${whyNoKoffi ?? "by koffi"})`, () => {
  describe.each(["http", "https"] as const)("%s.Agent", (scheme) => {
    it("overwrites, when it puts a socket back, what was applied once", async () => {
      const { ask } = await clientOf(scheme, { keepAlive: true });
      const { socket } = await ask((fresh) => {
        applyKeepalive(fresh, settings);
        expect(readKeepalive(fresh)).toEqual(held);
      });
      expect(readKeepalive(socket)).toMatchObject({ enabled: true, idleMs: 1000 });
    });

    it("has the settings on new, free and reused sockets alike, while enforced", async () => {
      const { agent, ask } = await clientOf(scheme, { keepAlive: true, maxSockets: 1 });
      const enforcement = enforceKeepalive(agent, settings);
      const readings: KeepaliveReading[] = [];
      const inUse = (socket: Socket) => readings.push(readKeepalive(socket));
      const first = await ask(inUse);
      expect(readKeepalive(first.socket)).toEqual(held);
      // Both at once: the second waits for the socket, and gets it without its being free in between.
      const [second, third] = await Promise.all([ask(inUse), ask(inUse)]);
      expect(second).toEqual({ socket: first.socket, reused: true });
      expect(third.socket).toBe(first.socket);
      expect(readings).toEqual([held, held, held]);
      expect(readKeepalive(first.socket)).toEqual(held);
      enforcement.close();
      await ask();
      expect(readKeepalive(first.socket)).toMatchObject({ idleMs: 1000 });
    });

    it("has the settings on sockets that it had already, free or in use", async () => {
      const { agent, ask } = await clientOf(scheme, { keepAlive: true });
      const { socket: free } = await ask();
      enforceKeepalive(agent, settings).close();
      expect(readKeepalive(free)).toEqual(held);
      await ask((inUse) => {
        inUse.setKeepAlive(true, 3000);
        enforceKeepalive(agent, settings).close();
        expect(readKeepalive(inUse)).toEqual(held);
      });
    });

    it("has the settings also without keepAlive, where each request has its own socket", async () => {
      const { agent, ask } = await clientOf(scheme, { keepAlive: false });
      enforceKeepalive(agent, settings);
      const readings: KeepaliveReading[] = [];
      await ask((socket) => readings.push(readKeepalive(socket)));
      expect(readings).toEqual([held]);
    });
  });

  it("has the settings before a listener of createConnection's own hears of the connection", async () => {
    const readings: KeepaliveReading[] = [];
    class EagerAgent extends http.Agent {
      override createConnection(...args: Parameters<http.Agent["createConnection"]>) {
        const socket = super.createConnection(...args);
        socket?.once("connect", () => readings.push(readKeepalive(socket as Socket)));
        return socket;
      }
    }
    await askOnce(new EagerAgent());
    expect(readings).toEqual([held]);
  });

  it("takes a socket that an agent's createConnection calls back with", async () => {
    class LateAgent extends http.Agent {
      override createConnection(...[options, callback]: Parameters<http.Agent["createConnection"]>) {
        const socket = super.createConnection(options);
        socket?.once("connect", () => callback?.(null, socket));
        return undefined;
      }
    }
    await askOnce(new LateAgent());
  });
});
