import { EventEmitter } from "node:events";
import { Agent } from "node:http";
import net from "node:net";
import { EnvHttpProxyAgent, MockAgent, ProxyAgent, RetryAgent, Agent as UndiciAgent } from "undici";
import { describe, expect, it } from "vitest";
import {
  enforceKeepalive,
  enforceKeepaliveOnFetch,
  type KeepaliveTarget,
  keepaliveConnector,
} from "../src/index.js";
import { listenerCounts } from "./support/sockets.js";

const settings = { idleMs: 10_000, intervalMs: 5000, probes: 3 };
const asTarget = (value: unknown): KeepaliveTarget => value as KeepaliveTarget;

describe("enforceKeepalive", () => {
  it.each([
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a port", 80, "80"],
    ["an object", {}, "Object"],
    ["an emitter", new EventEmitter(), "EventEmitter"],
    ["a function", fetch, "function fetch"],
  ])("refuses %s", (_what, target, name) => {
    expect(() => enforceKeepalive(asTarget(target), settings)).toThrow(TypeError);
    expect(() => enforceKeepalive(asTarget(target), settings)).toThrow(`not ${name}`);
  });

  it("refuses undici's dispatchers that hide what they connect, and says what to do", () => {
    const agent = new UndiciAgent();
    for (const hiding of [
      new ProxyAgent("http://127.0.0.1:1"),
      new EnvHttpProxyAgent(),
      new RetryAgent(agent),
      new MockAgent(),
    ]) {
      const wrong = () => enforceKeepalive(hiding, settings);
      expect(wrong).toThrow(TypeError);
      expect(wrong).toThrow(`undici's ${hiding.constructor.name}`);
      expect(wrong).toThrow("enforceKeepaliveOnFetch(settings)");
    }
  });

  it("refuses an onReport that is no function, and settings that are none", () => {
    const server = net.createServer();
    const before = listenerCounts(server);
    expect(() => enforceKeepalive(server, settings, { onReport: 5 as never })).toThrow(
      /^onReport must be a function, not 5$/,
    );
    expect(() => enforceKeepalive(server, undefined as never)).toThrow(/^settings must be an object/);
    expect(() => enforceKeepalive(server, null as never)).toThrow(/^settings must be an object .* not null$/);
    expect(() => enforceKeepaliveOnFetch(settings, { onReport: "x" as never })).toThrow(/^onReport must be/);
    expect(listenerCounts(server)).toEqual(before);
  });

  it("refuses wrong settings before it touches anything", () => {
    const wrong = { ...settings, probes: 128 };
    const server = net.createServer();
    const agent = new Agent();
    const before = listenerCounts(server);
    expect(() => enforceKeepalive(server, wrong)).toThrow(/^probes .*128$/);
    expect(() => enforceKeepalive(agent, wrong)).toThrow(RangeError);
    expect(listenerCounts(server)).toEqual(before);
    expect(Object.hasOwn(agent, "createConnection")).toBe(false);
  });

  it("lets go of a socket that never connects", () => {
    const socket = new net.Socket();
    const before = listenerCounts(socket);
    const enforcement = enforceKeepalive(socket, settings);
    expect(listenerCounts(socket)).not.toEqual(before);
    enforcement.close();
    enforcement.close();
    expect(listenerCounts(socket)).toEqual(before);
  });
});

// Node has Symbol.dispose as of 20.4.
it.skipIf(Symbol.dispose === undefined)("ends with `using`, as with close()", () => {
  const server = net.createServer();
  const before = listenerCounts(server);
  const enforcement = enforceKeepalive(server, settings);
  expect(listenerCounts(server)).not.toEqual(before);
  enforcement[Symbol.dispose]();
  expect(listenerCounts(server)).toEqual(before);
});

describe("an agent's methods", () => {
  it("are put back at the end, its own property too", () => {
    const agent = new Agent();
    const own = () => agent;
    Object.assign(agent, { keepSocketAlive: own });
    const enforcement = enforceKeepalive(agent, settings);
    expect(Object.hasOwn(agent, "createConnection")).toBe(true);
    expect(agent.keepSocketAlive).not.toBe(own);
    enforcement.close();
    expect(Object.hasOwn(agent, "createConnection")).toBe(false);
    expect(agent.keepSocketAlive).toBe(own);
  });

  it("are left alone if somebody has overridden them since", () => {
    const agent = new Agent();
    const enforcement = enforceKeepalive(agent, settings);
    const later = () => true;
    Object.assign(agent, { keepSocketAlive: later });
    enforcement.close();
    expect(agent.keepSocketAlive).toBe(later);
  });
});

describe("several enforcements on one agent", () => {
  it.each([
    ["oldest first", [0, 1, 2]],
    ["newest first", [2, 1, 0]],
    ["anyhow", [1, 0, 2]],
  ])("leave nothing behind, closed %s", (_order, order) => {
    const agent = new Agent();
    const original = agent.createConnection;
    const enforcements = [1, 2, 3].map(() => enforceKeepalive(agent, settings));
    for (const index of order) {
      expect(Object.hasOwn(agent, "createConnection")).toBe(true);
      enforcements[index]!.close();
    }
    expect(Object.keys(agent)).not.toContain("createConnection");
    expect(Object.hasOwn(agent, "keepSocketAlive")).toBe(false);
    expect(agent.createConnection).toBe(original);
  });

  it("pass on to whoever overrode the methods in between", () => {
    const agent = new Agent();
    const first = enforceKeepalive(agent, settings);
    const between = agent.keepSocketAlive.bind(agent);
    Object.assign(agent, { keepSocketAlive: between });
    const second = enforceKeepalive(agent, settings);
    first.close();
    second.close();
    expect(agent.keepSocketAlive).toBe(between);
    const unconnected = new net.Socket();
    expect(() => agent.keepSocketAlive(unconnected)).not.toThrow();
  });
});

describe("keepaliveConnector", () => {
  it("refuses what is no function, and wrong settings", () => {
    expect(() => keepaliveConnector(undefined as never, settings)).toThrow(TypeError);
    expect(() => keepaliveConnector(() => {}, { ...settings, idleMs: 0 })).toThrow(/^idleMs .*0$/);
  });

  it("hands on what the connector was given, and a failure as it is", () => {
    const failure = new Error("no route");
    const target = { hostname: "h", port: "1" };
    const seen: unknown[] = [];
    const connector = keepaliveConnector((given: typeof target, callback) => {
      seen.push(given);
      callback(failure, null);
    }, settings);
    connector(target, (...outcome) => seen.push(...outcome));
    expect(seen).toEqual([target, failure, null]);
  });
});

it("enforceKeepaliveOnFetch refuses wrong settings", () => {
  expect(() => enforceKeepaliveOnFetch({ ...settings, intervalMs: Number.NaN })).toThrow(RangeError);
});
