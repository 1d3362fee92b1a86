import dgram from "node:dgram";
import { nextTurn, recordingListener } from "@heartwire/testkit";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  beat,
  closed,
  listeningHub,
  loopbackHub,
  opened,
  rawPeer,
  reasonOf,
  received,
  rejected,
} from "./support.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("hub.connect()", () => {
  test("two hubs: one connects, the other's peer answers, all over the hubs' own ports", async () => {
    const server = await listeningHub();
    const client = loopbackHub();
    const listener = recordingListener();
    const link = client.connect({ host: "127.0.0.1", port: server.port }).open(listener);
    await opened(listener);
    link.send(beat(1));
    const arrival = await server.arrived(1);
    expect(arrival.peer.handle.port).toBe((await client.bound).port);
    arrival.link.send(beat(2));
    await received(listener, 1);
    expect(listener.heartbeats).toEqual([beat(2)]);
    expect(arrival.listener.heartbeats).toEqual([beat(1)]);
  });

  test("both hubs connect to each other: neither tells of a peer", async () => {
    const [one, two] = [await listeningHub(), await listeningHub()];
    const [atOne, atTwo] = [recordingListener(), recordingListener()];
    const toTwo = one.hub.connect({ host: "127.0.0.1", port: two.port }).open(atOne);
    const toOne = two.hub.connect({ host: "127.0.0.1", port: one.port }).open(atTwo);
    await Promise.all([opened(atOne), opened(atTwo)]);
    toTwo.send(beat(1));
    toOne.send(beat(2));
    await Promise.all([received(atOne, 1), received(atTwo, 1)]);
    expect([one.arrivals, two.arrivals]).toEqual([[], []]);
  });

  test("an address has one link: a second one does not open, and the first goes on", async () => {
    const { hub, port } = await listeningHub();
    const raw = await rawPeer();
    const [first, second] = [recordingListener(), recordingListener()];
    hub.connect({ host: "127.0.0.1", port: raw.port }).open(first);
    await opened(first);
    hub.connect({ host: "127.0.0.1", port: raw.port }).open(second);
    await closed(second);
    expect(reasonOf(second)).toMatchObject({ kind: "connect-failed", errno: "EISCONN" });
    await raw.send(port, 1, beat(1));
    await received(first, 1);
  });

  test("closed links leave their address to the next", async () => {
    const { hub } = await listeningHub();
    const transport = hub.connect({ host: "127.0.0.1", port: (await rawPeer()).port });
    for (let count = 0; count < 3; count++) {
      const listener = recordingListener();
      const link = transport.open(listener);
      await opened(listener);
      link.close();
    }
  });

  test("takes the place of a peer that came by itself", async () => {
    const { hub, port, arrived, arrivals } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    const arrival = await arrived(1);
    const listener = recordingListener();
    hub.connect({ host: "127.0.0.1", port: raw.port }).open(listener);
    await opened(listener);
    expect(reasonOf(arrival.listener)).toMatchObject({ kind: "ended", by: "local" });
    await raw.send(port, 1, beat(2));
    await received(listener, 1);
    expect(arrivals.length).toBe(1);
  });

  test("in the place of a peer, it knows that peer's session, and so sees its restart", async () => {
    const { hub, port, arrived } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    await arrived(1);
    const listener = recordingListener();
    hub.connect({ host: "127.0.0.1", port: raw.port }).open(listener);
    await opened(listener);
    await raw.send(port, 2, beat(1));
    await closed(listener);
    expect(reasonOf(listener)).toEqual({ kind: "restarted", previousSession: 1, session: 2 });
  });

  test("the peer's restart closes the link; reopened, it goes on, whatever strays of the old session", async () => {
    const { hub, port, arrivals } = await listeningHub();
    const raw = await rawPeer();
    const transport = hub.connect({ host: "127.0.0.1", port: raw.port });
    const before = recordingListener();
    transport.open(before);
    await opened(before);
    await raw.send(port, 1, beat(1));
    await raw.send(port, 2, beat(1));
    await closed(before);
    expect(reasonOf(before)).toEqual({ kind: "restarted", previousSession: 1, session: 2 });
    const after = recordingListener();
    transport.open(after);
    await opened(after);
    await raw.send(port, 1, beat(9));
    await raw.send(port, 2, beat(2));
    await received(after, 1);
    expect(after.heartbeats).toEqual([beat(2)]);
    expect(after.rejections.length).toBe(1);
    expect(arrivals).toEqual([]);
  });

  test("a peer whose first word is bye is heard", async () => {
    const { hub, port } = await listeningHub();
    const raw = await rawPeer();
    const listener = recordingListener();
    hub.connect({ host: "127.0.0.1", port: raw.port }).open(listener);
    await opened(listener);
    await raw.send(port, 1, { kind: "bye" });
    await received(listener, 1);
  });
});

describe("names", () => {
  test("are looked up once per open(), not per heartbeat", async () => {
    const lookup = vi.fn((_host, _options, answer) => answer(null, [{ address: "127.0.0.1", family: 4 }]));
    const hub = loopbackHub({ lookup });
    const raw = await rawPeer();
    const transport = hub.connect({ host: "peer.example", port: raw.port });
    for (let count = 1; count <= 2; count++) {
      const listener = recordingListener();
      const link = transport.open(listener);
      await opened(listener);
      for (let seq = 0; seq < 5; seq++) link.send(beat(seq));
      await expect.poll(() => raw.datagrams.length).toBe(5 * count);
      expect(lookup).toHaveBeenCalledTimes(count);
      link.close();
    }
  });

  test("one that does not exist closes the link as connect-failed, and harms no other", async () => {
    const hub = loopbackHub();
    const listener = recordingListener();
    hub.connect({ host: "nobody.invalid", port: 5000 }).open(listener);
    await closed(listener);
    expect(reasonOf(listener)).toMatchObject({ kind: "connect-failed" });
    const next = recordingListener();
    hub.connect({ host: "127.0.0.1", port: (await rawPeer()).port }).open(next);
    await opened(next);
  });

  test.each(["link", "hub"] as const)(
    "close() of the %s while the look-up is pending is the last word",
    async (what) => {
      let finish = (): void => {};
      const hub = loopbackHub({
        lookup: (_host, _options, answer) => {
          finish = () => answer(null, [{ address: "127.0.0.1", family: 4 }]);
        },
      });
      await hub.bound;
      const listener = recordingListener();
      const link = hub.connect({ host: "peer.example", port: 5000 }).open(listener);
      if (what === "link") link.close();
      else await hub.close();
      const calls = what === "link" ? [] : [{ call: "closed" }];
      expect(listener.calls).toEqual(calls);
      finish();
      await nextTurn();
      expect(listener.calls).toEqual(calls);
    },
  );
});

describe("errors of single sends", () => {
  test("the kernel's own refusal closes the link it concerns, and no other", async () => {
    const { hub, port } = await listeningHub();
    const raw = await rawPeer();
    const [broadcast, other] = [recordingListener(), recordingListener()];
    // Without SO_BROADCAST the kernel does not send there: EACCES.
    const link = hub.connect({ host: "255.255.255.255", port: 9 }).open(broadcast);
    hub.connect({ host: "127.0.0.1", port: raw.port }).open(other);
    await Promise.all([opened(broadcast), opened(other)]);
    link.send(beat(1));
    expect(broadcast.count("closed")).toBe(0);
    await closed(broadcast);
    expect(reasonOf(broadcast)).toEqual({ kind: "unreachable", errno: "EACCES" });
    await raw.send(port, 1, beat(1));
    await received(other, 1);
  });

  test.each([
    ["ENETUNREACH", { kind: "unreachable", errno: "ENETUNREACH" }],
    ["EPERM", { kind: "unreachable", errno: "EPERM" }],
    ["ECONNREFUSED", { kind: "refused", errno: "ECONNREFUSED" }],
  ])("%s ends the link", async (code, reason) => {
    const { listener, link } = await linkWhoseSendsFail(code);
    link.send(beat(1));
    await closed(listener);
    expect(reasonOf(listener)).toEqual(reason);
  });

  test.each(["EAGAIN", "ENOBUFS", "ECANCELED"])("%s loses a datagram, not the link", async (code) => {
    const { listener, link, send } = await linkWhoseSendsFail(code);
    link.send(beat(1));
    await nextTurn();
    expect(send).toHaveBeenCalledTimes(1);
    expect(listener.count("closed")).toBe(0);
  });

  test("while datagrams wait in the socket's queue, no more are piled on", async () => {
    const { link, send } = await linkWhoseSendsFail("EAGAIN");
    const queued = vi.spyOn(dgram.Socket.prototype, "getSendQueueSize").mockReturnValue(14);
    link.send(beat(1));
    expect(send).not.toHaveBeenCalled();
    queued.mockReturnValue(0);
    link.send(beat(2));
    expect(send).toHaveBeenCalledTimes(1);
  });

  async function linkWhoseSendsFail(code: string) {
    const hub = loopbackHub();
    const listener = recordingListener();
    const link = hub.connect({ host: "127.0.0.1", port: (await rawPeer()).port }).open(listener);
    await opened(listener);
    const error = Object.assign(new Error(`send ${code}`), { code });
    const send = vi.spyOn(dgram.Socket.prototype, "send").mockImplementation((...args: unknown[]) => {
      const done = args.at(-1) as (error: Error) => void;
      process.nextTick(done, error);
    });
    return { listener, link, send };
  }
});

test("garbage from a peer's address is its link's rejection, not the source's", async () => {
  const { hub, port, source } = await listeningHub();
  const raw = await rawPeer();
  const listener = recordingListener();
  hub.connect({ host: "127.0.0.1", port: raw.port }).open(listener);
  await opened(listener);
  await raw.sendOctets(port, Buffer.of(0x10, 0, 0, 0, 1, 0x30));
  await rejected(listener, 1);
  expect(source.rejections).toEqual([]);
});
