import { recordingListener, within } from "@heartwire/testkit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { udp, udpHub } from "../src/index.js";
import {
  activeHandles,
  BEAT,
  beat,
  captureSockets,
  closed,
  listeningHub,
  loopbackHub,
  opened,
  rawPeer,
  reasonOf,
  TIMEOUT_MS,
} from "./support.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a port in use", () => {
  const inUse = {
    kind: "connect-failed",
    errno: "EADDRINUSE",
    detail: expect.stringContaining("EADDRINUSE"),
  };

  test("closes links and peer source with the errno, before and after it is known; nothing is unhandled", async () => {
    const { port } = await rawPeer();
    const hub = loopbackHub({ port });
    const [source, link] = [recordingListener(), recordingListener()];
    hub.peers.listen({ peer() {}, rejected() {}, closed: source.closed });
    hub.connect({ host: "127.0.0.1", port: 9 }).open(link);
    await Promise.all([closed(source), closed(link)]);
    const [lateSource, lateLink] = [recordingListener(), recordingListener()];
    hub.peers.listen({ peer() {}, rejected() {}, closed: lateSource.closed });
    hub.connect({ host: "127.0.0.1", port: 9 }).open(lateLink);
    expect([lateSource.calls, lateLink.calls]).toEqual([[], []]);
    await Promise.all([closed(lateSource), closed(lateLink)]);
    for (const listener of [source, link, lateSource, lateLink]) expect(reasonOf(listener)).toEqual(inUse);
    await expect(hub.bound).rejects.toMatchObject({ code: "EADDRINUSE" });
    await hub.close();
  });

  test("udp() with a local port in use closes as connect-failed", async () => {
    const { port } = await rawPeer();
    const listener = recordingListener();
    udp({ host: "127.0.0.1", port: 9, localAddress: "127.0.0.1", localPort: port }).open(listener);
    await closed(listener);
    expect(reasonOf(listener)).toEqual(inUse);
  });
});

describe("hub.close()", () => {
  test("closes links and peer source in order, frees the port, and is idempotent", async () => {
    const sockets = captureSockets();
    const { hub, port, arrived, source } = await listeningHub();
    await (await rawPeer()).send(port, 1, BEAT);
    const { listener, link } = await arrived(1);
    await Promise.all([hub.close(), hub.close()]);
    await hub.close();
    expect(sockets[0]?.listenerCount("message")).toBe(0);
    sockets[0]?.emit("error", new Error("late"));
    link.send(BEAT);
    link.close();
    expect(listener.calls.at(-1)).toEqual({ call: "closed" });
    expect(source.calls.at(-1)).toEqual({ call: "closed" });
    expect(listener.count("closed")).toBe(1);
    await loopbackHub({ port }).bound;
  });

  test("while binding waits for a name: it does not hang, and bound rejects", async () => {
    const hub = udpHub({ address: "localhost" });
    const [source, link] = [recordingListener(), recordingListener()];
    hub.peers.listen({ peer() {}, rejected() {}, closed: source.closed });
    hub.connect({ host: "127.0.0.1", port: 9 }).open(link);
    await within(hub.close(), TIMEOUT_MS, "close()");
    await expect(within(hub.bound, TIMEOUT_MS, "bound")).rejects.toThrow("closed before it was bound");
    expect([source.calls, link.calls]).toEqual([[{ call: "closed" }], [{ call: "closed" }]]);
  });

  test("afterwards links and peer sources open to be closed in order", async () => {
    const hub = loopbackHub();
    await hub.bound;
    await hub.close();
    const [source, link] = [recordingListener(), recordingListener()];
    hub.peers.listen({ peer() {}, rejected() {}, closed: source.closed });
    hub.connect({ host: "127.0.0.1", port: 9 }).open(link);
    expect([source.calls, link.calls]).toEqual([[], []]);
    await Promise.all([closed(source), closed(link)]);
    expect([reasonOf(source), reasonOf(link)]).toEqual([undefined, undefined]);
  });

  test("a bye sent just before still goes out", async () => {
    const { hub, port, arrived } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, BEAT);
    (await arrived(1)).link.send({ kind: "bye" });
    await hub.close();
    await expect.poll(() => raw.datagrams.length).toBe(1);
    expect(raw.datagrams[0]?.subarray(5).toString("hex")).toBe("30");
  });

  test("an address that is not ours fails to bind, and close() does not hang", async () => {
    const hub = udpHub({ address: "192.0.2.254" });
    const source = recordingListener();
    hub.peers.listen({ peer() {}, rejected() {}, closed: source.closed });
    await closed(source);
    expect(reasonOf(source)).toMatchObject({ kind: "connect-failed", errno: "EADDRNOTAVAIL" });
    await within(hub.close(), TIMEOUT_MS, "close()");
  });
});

test("recvBufferOctets is given to the kernel, which on Linux says twice as much", async () => {
  const sockets = captureSockets();
  await loopbackHub({ recvBufferOctets: 8192 }).bound;
  await loopbackHub().bound;
  const [small, usual] = sockets.map((socket) => socket.getRecvBufferSize());
  expect(small).toBeGreaterThanOrEqual(8192);
  expect(small).toBeLessThanOrEqual(16_384);
  expect(usual).toBeGreaterThan(16_384);
});

test("close() leaves no handle that would keep the process running", async () => {
  // Those of the tests before may take a moment.
  await expect.poll(activeHandles).toEqual([]);
  const server = await listeningHub();
  const [listener, failing] = [recordingListener(), recordingListener()];
  const link = udp({ host: "127.0.0.1", port: server.port }).open(listener);
  udp({ host: "nobody.invalid", port: 9 }).open(failing);
  await opened(listener);
  link.send(beat(1));
  await server.arrived(1);
  expect(activeHandles().length).toBeGreaterThan(1);
  link.close();
  await server.hub.close();
  await closed(failing);
  await expect.poll(activeHandles).toEqual([]);
});
