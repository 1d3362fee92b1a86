import type { CloseReason, FrameRejection, PeerSource, PeerSourceListener } from "@heartwire/core";
import { Subscription, take } from "rxjs";
import { describe, expect, it } from "vitest";
import {
  fixedTimeout,
  type MonitorPeersOptions,
  monitorPeers,
  PeerSourceError,
  respondPeers,
} from "../src/index.js";
import { ManualScheduler } from "./support/manual-scheduler.js";
import { MarbleServer, type ServerStep, silent, silentPeer } from "./support/marble-server.js";
import { marbles } from "./support/marbles.js";

const POLICY = fixedTimeout({ intervalMs: 100 });
const MALFORMED: FrameRejection = { kind: "malformed", reason: "empty" };
const TAKEN: CloseReason = { kind: "connect-failed", errno: "EADDRINUSE", detail: "the port is taken" };

const closes: ServerStep = (listener) => listener.closed();
const fails: ServerStep = (listener) => listener.closed(TAKEN);
const rejects: ServerStep = (listener) => listener.rejected(MALFORMED);

/** Runs a server's marbles; returns one line for each thing that an observer hears, such as `10 a alive`. */
function story(
  script: string,
  steps: (server: MarbleServer) => Record<string, ServerStep>,
  options: MonitorPeersOptions & { readonly forMs?: number; readonly policy?: typeof POLICY } = {},
) {
  const lines: string[] = [];
  const errors: unknown[] = [];
  let server: MarbleServer | undefined;
  marbles((helpers) => {
    const known: Record<string, ServerStep> = {};
    server = new MarbleServer(helpers, script, known);
    Object.assign(known, steps(server));
    const { scheduler, virtual } = helpers;
    const { forMs, policy = POLICY, ...rest } = options;
    const subscription = new Subscription();
    subscription.add(
      monitorPeers(server, policy, { ...virtual, ...rest }).subscribe({
        next: ({ peer, event }) => lines.push(`${scheduler.now()} ${peer.handle} ${event.type}`),
        complete: () => lines.push(`${scheduler.now()} complete`),
        error: (error) => {
          lines.push(`${scheduler.now()} error`);
          errors.push(error);
        },
      }),
    );
    if (forMs !== undefined) scheduler.schedule(() => subscription.unsubscribe(), forMs);
  });
  return { lines, errors, server: server! };
}

describe("monitorPeers", () => {
  it("watches everyone who comes, each for itself, without samples", () => {
    const { lines } = story(
      "a-b-c",
      (server) => ({
        a: server.comes("a", "o 4ms e 94ms y"),
        b: server.comes("b", "o 4ms e"),
        c: server.comes("c", "o 4ms e 9ms #", { kind: "reset", errno: "ECONNRESET" }),
      }),
      { forMs: 1000 },
    );
    expect(lines).toEqual([
      "5 a alive",
      "7 b alive",
      "9 c alive",
      "19 c dead",
      "100 a left",
      "157 b suspect",
      "307 b dead",
    ]);
  });

  it("tells samples if asked to", () => {
    const { lines } = story("a", (server) => ({ a: server.comes("a", "o 4ms e") }), {
      samples: true,
      forMs: 50,
    });
    expect(lines).toEqual(["5 a alive", "5 a heartbeat"]);
  });

  it("makes a policy for each peer", () => {
    let policies = 0;
    story(
      "abc",
      (server) => ({ a: server.comes("a", ""), b: server.comes("b", ""), c: server.comes("c", "") }),
      {
        forMs: 50,
        policy: () => {
          policies += 1;
          return POLICY();
        },
      },
    );
    expect(policies).toBe(3);
  });

  it("leaves with a goodbye to everybody, and leaves the server, when it is unsubscribed", () => {
    const { server } = story("ab", (server) => ({ a: server.comes("a", "o"), b: server.comes("b", "o") }), {
      forMs: 50,
    });
    expect(server.listening).toBe(0);
    expect(server.peers.get("a")!.sent()).toEqual(["0 probe 0", "50 bye"]);
    expect(server.peers.get("b")!.sent()).toEqual(["1 probe 0", "50 bye"]);
    expect([...server.peers.values()].map(({ links }) => links[0]!.closed)).toEqual([true, true]);
  });

  it("completes when the server is closed and the last peer is gone", () => {
    const { lines } = story("ab--x", (server) => ({
      a: server.comes("a", "o 9ms y"),
      b: server.comes("b", "o 19ms y"),
      x: closes,
    }));
    expect(lines).toEqual(["10 a left", "21 b left", "21 complete"]);
  });

  it("completes at once when a server without peers is closed, and not while it is open", () => {
    expect(story("--x", () => ({ x: closes })).lines).toEqual(["2 complete"]);
    const { lines } = story("a 99ms x", (server) => ({ a: server.comes("a", "o 9ms y"), x: closes }));
    expect(lines).toEqual(["10 a left", "100 complete"]);
  });

  it("errors when the server fails, and says goodbye to its peers", () => {
    const { lines, errors, server } = story("a---x", (server) => ({ a: server.comes("a", "o"), x: fails }));
    expect(lines).toEqual(["4 error"]);
    expect(errors[0]).toBeInstanceOf(PeerSourceError);
    expect(errors[0]).toMatchObject({ name: "PeerSourceError", reason: TAKEN });
    expect(String(errors[0])).toBe(
      "PeerSourceError: the marble server failed: the connection was never made (EADDRINUSE): the port is taken",
    );
    expect(server.peers.get("a")!.sent()).toEqual(["0 probe 0", "4 bye"]);
    expect(server.listening).toBe(0);
  });

  it("tells octets that belong to nobody at totals that double", () => {
    const totals: number[] = [];
    story("rrrrrrrrr", () => ({ r: rejects }), {
      forMs: 50,
      onRejected: (rejection, total) => {
        expect(rejection).toBe(MALFORMED);
        totals.push(total);
      },
    });
    expect(totals).toEqual([1, 2, 4, 8]);
  });

  it("can be unsubscribed by any of its events", () => {
    marbles((helpers) => {
      const steps: Record<string, ServerStep> = {};
      const server = new MarbleServer(helpers, "ab", steps);
      steps.a = server.comes("a", "o 4ms e");
      steps.b = server.comes("b", "o 4ms e");
      helpers.expectObservable(monitorPeers(server, POLICY, helpers.virtual).pipe(take(1))).toBe("5ms (x|)", {
        x: expect.objectContaining({ event: { type: "alive", atMs: 5, proof: "process" } }),
      });
      return () => {
        expect(server.listening).toBe(0);
        expect(server.peers.get("b")!.links[0]!.closed).toBe(true);
      };
    });
  });

  it("needs one timer, not one for each peer", () => {
    const scheduler = new ManualScheduler();
    let listener: PeerSourceListener<number> | undefined;
    const closed: number[] = [];
    const source: PeerSource<number> = {
      name: "test",
      listen: (given) => {
        listener = given;
        return { close: () => closed.push(-1) };
      },
    };
    const subscription = monitorPeers(source, POLICY, { scheduler }).subscribe();
    for (let index = 0; index < 1000; index++) listener!.peer(silentPeer(index, () => closed.push(index)));
    expect(scheduler.pending).toBe(1);
    subscription.unsubscribe();
    expect(scheduler.pending).toBe(0);
    expect(new Set(closed).size).toBe(1001);
  });
});

describe("monitorPeers errors for bugs, and never throws into the server:", () => {
  const bug = new Error("a bug");
  const fail = (): never => {
    throw bug;
  };

  it("a policy factory that throws", () => {
    const { lines, errors } = story("a", (server) => ({ a: server.comes("a", "o") }), { policy: fail });
    expect(lines).toEqual(["0 error"]);
    expect(errors).toEqual([bug]);
  });

  it("an onRejected that throws", () => {
    const { lines, errors } = story("r", () => ({ r: rejects }), { onRejected: fail });
    expect(lines).toEqual(["0 error"]);
    expect(errors).toEqual([bug]);
  });

  it("a transport that throws", () => {
    const open = () => fail();
    const { errors } = story("a", () => ({
      a: (listener) =>
        listener.peer({ ...silentPeer(0, () => {}), handle: "a", transport: { ...silent, open } }),
    }));
    expect(errors).toEqual([bug]);
  });

  it("a health check that throws, with another peer watched", () => {
    const { lines, errors, server } = story(
      "ab",
      (server) => ({ a: server.comes("a", "o"), b: server.comes("b", "o 4ms p") }),
      { health: fail },
    );
    expect(lines).toEqual(["6 error"]);
    expect(errors).toEqual([bug]);
    expect(server.peers.get("a")!.sent()).toEqual(["0 probe 0", "6 bye"]);
  });

  it("a health check that throws for the last peer of a closed server", () => {
    const { lines, errors } = story("ax", (server) => ({ a: server.comes("a", "o 4ms p"), x: closes }), {
      health: fail,
    });
    expect(lines).toEqual(["5 error"]);
    expect(errors).toEqual([bug]);
  });
});

describe("respondPeers", () => {
  it("answers everyone who comes, and judges nobody's silence", () => {
    marbles((helpers) => {
      const steps: Record<string, ServerStep> = {};
      const server = new MarbleServer(helpers, "ab 999ms r 8ms x", steps);
      steps.a = server.comes("a", "o 4ms p");
      steps.b = server.comes("b", "o 4ms p 2000ms y");
      steps.r = rejects;
      steps.x = closes;
      const rejected: number[] = [];
      const lines: string[] = [];
      respondPeers(server, { ...helpers.virtual, onRejected: (_, total) => rejected.push(total) }).subscribe(
        ({ peer, event }) => lines.push(`${helpers.scheduler.now()} ${peer.address} ${event.type}`),
      );
      return () => {
        expect(lines).toEqual(["5 a alive", "6 b alive", "2007 b left"]);
        expect(server.peers.get("a")!.sent()).toEqual(["5 echo 0"]);
        expect(rejected).toEqual([1]);
      };
    });
  });

  it("throws at once for an impossible beat interval", () => {
    const server: PeerSource = { name: "test", listen: () => ({ close: () => {} }) };
    expect(() => respondPeers(server, { beatIntervalMs: 0 })).toThrow("beatIntervalMs");
  });
});
