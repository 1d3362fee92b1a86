import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import {
  Agent,
  BalancedPool,
  buildConnector,
  Client,
  type Dispatcher,
  getGlobalDispatcher,
  Pool,
  request,
  setGlobalDispatcher,
} from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  enforceKeepalive,
  enforceKeepaliveOnFetch,
  type KeepaliveReading,
  keepaliveConnector,
  readKeepalive,
} from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";
import { certificate, startServer } from "./support/sockets.js";

const calls = systemCalls();
const whyNoKoffi = calls.kind === "unavailable" ? calls.why : undefined;

const settings = { idleMs: 41_000, intervalMs: 7000, probes: 5, userTimeoutMs: 12_345 };
const held: KeepaliveReading = { kind: "read", enabled: true, ...settings };

/** Remembers every socket that was reported. */
function collector() {
  const sockets: Socket[] = [];
  return { sockets, onReport: (_report: unknown, socket: Socket) => void sockets.push(socket) };
}

async function startWeb(scheme: "http" | "https"): Promise<string> {
  const answer: http.RequestListener = (_request, response) => void response.end("ok");
  const server = scheme === "http" ? http.createServer(answer) : https.createServer(certificate, answer);
  const { port } = await startServer(server);
  return `${scheme}://127.0.0.1:${port}`;
}

function released<Kind extends Dispatcher>(dispatcher: Kind): Kind {
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

describe.skipIf(whyNoKoffi !== undefined)(`read back from the kernel (${whyNoKoffi ?? "by koffi"})`, () => {
  // First: a later test puts the global dispatcher that undici knows in the place of Node's own.
  it("the dispatcher of Node's own fetch has them too", async () => {
    const origin = await startWeb("http");
    await (await fetch(origin)).text();
    // The second is of Node 26, whose first hides it from older undicis.
    const [older, newer] = [1, 2].map((version) => Symbol.for(`undici.globalDispatcher.${version}`));
    const globals = globalThis as Record<symbol, unknown>;
    const inside = globals[newer!] ?? globals[older!];
    const { sockets, onReport } = collector();
    const enforcement = enforceKeepalive(inside as Agent, settings, { onReport });
    onTestFinished(() => enforcement.close());
    const another = await startWeb("http");
    expect(await (await fetch(another)).text()).toBe("ok");
    expect(sockets.map(readKeepalive)).toEqual([held]);
  });

  it.each(["http", "https"] as const)(
    "an undici Agent over %s has the settings, request after request",
    async (scheme) => {
      const origin = await startWeb(scheme);
      const { sockets, onReport } = collector();
      const connect = keepaliveConnector(buildConnector({ ca: certificate.cert }), settings, { onReport });
      const dispatcher = released(new Agent({ connect, connections: 1 }));
      for (let round = 0; round < 3; round++) {
        const { body } = await request(origin, { dispatcher });
        expect(await body.text()).toBe("ok");
        expect(sockets.map(readKeepalive)).toEqual([held]);
      }
    },
  );

  it("an undici Client, and the global fetch through setGlobalDispatcher, have them too", async () => {
    const origin = await startWeb("http");
    const { sockets, onReport } = collector();
    const connect = keepaliveConnector(buildConnector({}), settings, { onReport });
    const client = released(new Client(origin, { connect }));
    await (await client.request({ path: "/", method: "GET" })).body.text();
    const previous = getGlobalDispatcher();
    setGlobalDispatcher(released(new Agent({ connect })));
    onTestFinished(() => setGlobalDispatcher(previous));
    expect(await (await fetch(origin)).text()).toBe("ok");
    expect(sockets.map(readKeepalive)).toEqual([held, held]);
  });

  it.each([
    ["an Agent", () => new Agent()],
    ["an Agent with interceptors", () => new Agent().compose((dispatch) => dispatch)],
    ["a Pool", (origin: string) => new Pool(origin)],
    ["a Client", (origin: string) => new Client(origin)],
    ["a BalancedPool", (origin: string) => new BalancedPool(origin)],
  ])("%s that exists already has them, and others have not", async (_what, make) => {
    const origin = await startWeb("http");
    const { sockets, onReport } = collector();
    const dispatcher = released(make(origin));
    const enforcement = enforceKeepalive(dispatcher, settings, { onReport });
    onTestFinished(() => enforcement.close());
    const other = released(new Agent());
    // At the same time, so that connections of both come in any order.
    const ask = async (by: Dispatcher) => (await request(origin, { dispatcher: by })).body.text();
    await Promise.all([ask(other), ask(dispatcher), ask(other)]);
    expect(sockets.map(readKeepalive)).toEqual([held]);
    enforcement.close();
    expect(dispatcher.listenerCount("connect")).toBe(released(make(origin)).listenerCount("connect"));
  });

  it("passes a failed connection on", async () => {
    const { sockets, onReport } = collector();
    const connect = keepaliveConnector(buildConnector({}), settings, { onReport });
    const dispatcher = released(new Agent({ connect }));
    await expect(request("http://127.0.0.1:1", { dispatcher })).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    expect(sockets).toEqual([]);
  });

  it("the global fetch, and every undici, have them while enforced", async () => {
    const { sockets, onReport } = collector();
    const enforcement = enforceKeepaliveOnFetch(settings, { onReport });
    onTestFinished(() => enforcement.close());
    const origin = await startWeb("http");
    expect(await (await fetch(origin)).text()).toBe("ok");
    expect(sockets.map(readKeepalive)).toEqual([held]);
    const dispatcher = released(new Agent());
    await (await request(origin, { dispatcher })).body.text();
    expect(sockets.map(readKeepalive)).toEqual([held, held]);
    enforcement.close();
    await (await request(await startWeb("http"), { dispatcher })).body.text();
    expect(sockets).toHaveLength(2);
  });
});
