import { afterEach, describe, expect, it } from "vitest";
import { fixedTimeout, monitor, type PolicyFactory, trustKernel } from "../src/index.js";
import { endChildren, startChild } from "./support/child.js";
import { Recording } from "./support/recording.js";
import { CLIENTS, SETTINGS, type TransportName } from "./support/transports.js";

const POLICY = fixedTimeout({ intervalMs: 200, suspectAfterMs: 480 });
const DETECTION_MS = 600;
const NAMES = Object.keys(CLIENTS) as TransportName[];
const HEARTBEAT_TRANSPORTS = NAMES.filter((name) => name !== "tcp-keepalive");

afterEach(endChildren);

async function watch(transport: TransportName, policy: PolicyFactory = POLICY) {
  const peer = await startChild("responder", transport, 0);
  return { peer, seen: new Recording(monitor(CLIENTS[transport](Number(peer.said)), policy)) };
}

describe("a peer that hangs (SIGSTOP)", () => {
  it.each(HEARTBEAT_TRANSPORTS)("is suspect, then dead by its silence, on %s", async (transport) => {
    const { peer, seen } = await watch(transport);
    await seen.until(({ values }) => values.length >= 4, "some heartbeats");
    peer.signal("SIGSTOP");
    const hungAtMs = performance.now();
    await seen.until(({ completed }) => completed, "the verdict");
    const verdicts = seen.values.filter(({ type }) => type === "suspect" || type === "dead");
    expect(verdicts).toMatchObject([
      { type: "suspect" },
      { type: "dead", cause: { kind: "silence", deadAfterMs: DETECTION_MS } },
    ]);
    const latencyMs = verdicts.at(-1)!.atMs - hungAtMs;
    expect(latencyMs).toBeGreaterThan(DETECTION_MS / 2);
    expect(latencyMs).toBeLessThan(DETECTION_MS + 2000);
  });

  it.each(HEARTBEAT_TRANSPORTS)("and comes back in time is alive again, on %s", async (transport) => {
    const { peer, seen } = await watch(
      transport,
      fixedTimeout({ intervalMs: 200, detectMultiplier: 50, suspectAfterMs: 480 }),
    );
    await seen.until(({ values }) => values.length >= 2, "a heartbeat");
    peer.signal("SIGSTOP");
    await seen.until(({ values }) => values.at(-1)?.type === "suspect", "suspicion");
    peer.signal("SIGCONT");
    await seen.until(({ values }) => values.at(-1)?.type === "heartbeat", "life");
    const types = seen.values.map(({ type }) => type);
    expect(types.slice(types.indexOf("suspect"))[1]).toBe("alive");
    expect(seen.completed).toBe(false);
    seen.stop();
  });

  it("is nothing that keepalive could see: the kernel goes on answering", async () => {
    const { peer, seen } = await watch("tcp-keepalive", trustKernel(SETTINGS));
    await new Promise((resolve) => setTimeout(resolve, 200));
    peer.signal("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 3500));
    expect(seen.values.filter(({ type }) => type !== "alive")).toEqual([]);
    expect(seen.completed).toBe(false);
    seen.stop();
  });
});

describe("a peer that is killed (SIGKILL)", () => {
  // A TCP peer that dies with unread octets of ours resets the connection instead of ending it.
  const causes: Readonly<Record<TransportName, readonly string[]>> = {
    tcp: ["ended", "reset"],
    udp: ["refused"],
    "websocket-ping": ["ended", "reset"],
    "websocket-messages": ["ended", "reset"],
    "tcp-keepalive": ["ended", "reset"],
  };

  it.each(NAMES)("is dead with its cause, on %s", async (transport) => {
    const policy = transport === "tcp-keepalive" ? trustKernel(SETTINGS) : POLICY;
    const { peer, seen } = await watch(transport, policy);
    if (transport === "tcp-keepalive") await new Promise((resolve) => setTimeout(resolve, 300));
    else await seen.until(({ values }) => values.length >= 4, "some heartbeats");
    peer.signal("SIGKILL");
    await seen.until(({ completed }) => completed, "the verdict");
    const dead = seen.values.at(-1);
    expect(dead?.type).toBe("dead");
    if (dead?.type === "dead") expect(causes[transport]).toContain(dead.cause.kind);
  });
});

describe("a peer that was never there", () => {
  it.each(NAMES)("is dead at once because it refuses, on %s", async (transport) => {
    const { peer, seen: first } = await watch(transport);
    first.stop();
    peer.signal("SIGKILL");
    await peer.exit;
    const policy = transport === "tcp-keepalive" ? trustKernel(SETTINGS) : POLICY;
    const seen = new Recording(monitor(CLIENTS[transport](Number(peer.said)), policy));
    await seen.until(({ completed }) => completed, "the verdict");
    expect(seen.values).toMatchObject([{ type: "dead", cause: { kind: "refused", errno: "ECONNREFUSED" } }]);
  });
});

describe("a process that watched a peer and stopped", () => {
  it.each(NAMES)("ends by itself: nothing holds it, on %s", async (transport) => {
    const peer = await startChild("responder", transport, 0);
    const passerBy = await startChild("passer-by", transport, peer.said);
    expect(passerBy.said).toBe("subscribed");
    expect(await passerBy.exit).toEqual({ code: 0, signal: null });
  });

  it("ends by itself also while it waits to reconnect", async () => {
    const peer = await startChild("responder", "tcp", 0);
    peer.signal("SIGKILL");
    await peer.exit;
    const passerBy = await startChild("passer-by", "tcp", peer.said);
    expect(await passerBy.exit).toEqual({ code: 0, signal: null });
  });
});
