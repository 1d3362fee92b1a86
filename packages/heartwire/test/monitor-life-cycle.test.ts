import type { LivenessEvent, Policy, Transport } from "@heartwire/core";
import { mergeMap, NEVER, noop, of, take, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { fixedTimeout, monitor } from "../src/index.js";
import { facingTransports } from "./support/facing-transports.js";
import { ManualScheduler } from "./support/manual-scheduler.js";
import { marbles } from "./support/marbles.js";

const POLICY = fixedTimeout({ intervalMs: 100 });
const alive = (atMs: number): LivenessEvent => ({ type: "alive", atMs, proof: "process" });

describe("a monitor's subscription", () => {
  it("opens nothing until it is subscribed", () => {
    marbles(({ transport, virtual }) => {
      const peer = transport("o");
      monitor(peer, POLICY, virtual);
      return () => expect(peer.links).toEqual([]);
    });
  });

  it("has a link and a policy of its own", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const policies: Policy[] = [];
      const peer = transport("o 9ms a");
      const stream = monitor(
        peer,
        () => {
          const policy = POLICY();
          policies.push(policy);
          return policy;
        },
        virtual,
      );
      expectObservable(stream, "20ms !").toBe("10ms a", { a: alive(10) });
      expectObservable(stream, "30ms ^ 19ms !").toBe("40ms a", { a: alive(40) });
      return () => {
        expect(new Set(policies).size).toBe(2);
        expect(peer.sent(0)).toEqual(["0 probe 0", "20 bye"]);
        expect(peer.sent(1)).toEqual(["30 probe 0", "50 bye"]);
      };
    });
  });

  it("numbers its heartbeats on from the last one's, for a peer that did not see the link change", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o");
      const stream = monitor(peer, POLICY, virtual);
      expectObservable(stream, "200ms !").toBe("150ms s", {
        s: { type: "suspect", atMs: 150, silentMs: 150 },
      });
      expectObservable(stream, "201ms ^ 9ms !").toBe("");
      return () => {
        const [before, after] = peer.links.map(({ sent }) =>
          sent.flatMap(({ heartbeat }) => (heartbeat.kind === "probe" ? [heartbeat.seq] : [])),
        );
        expect(Math.min(...after!)).toBeGreaterThan(Math.max(...before!));
      };
    });
  });

  it("says goodbye, closes the link and leaves no timer when it is unsubscribed", () => {
    const scheduler = new ManualScheduler();
    const { near, far } = facingTransports(scheduler, 5);
    const heard: string[] = [];
    far.open({
      opened: noop,
      received: ({ kind }) => heard.push(kind),
      active: noop,
      doubted: noop,
      rejected: noop,
      closed: noop,
    });
    const subscription = monitor(near, POLICY, { scheduler, random: () => 0 }).subscribe();
    scheduler.advance(100);
    expect(heard).toEqual(["probe", "probe"]);
    subscription.unsubscribe();
    scheduler.advance(5);
    expect(heard).toEqual(["probe", "probe", "bye"]);
    expect(scheduler.pending).toBe(0);
  });

  it("leaves no timer after a death", () => {
    const scheduler = new ManualScheduler();
    const events: string[] = [];
    monitor(facingTransports(scheduler, 5).near, POLICY, { scheduler }).subscribe({
      next: ({ type }) => events.push(type),
      complete: () => events.push("complete"),
    });
    scheduler.advance(1000);
    expect(events).toEqual(["suspect", "dead", "complete"]);
    expect(scheduler.pending).toBe(0);
  });

  it("can be ended by its own first event", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      // The probe that comes with the first sign of life is answered before the event is told.
      const peer = transport("o 9ms p");
      expectObservable(monitor(peer, POLICY, virtual).pipe(take(1))).toBe("10ms (a|)", { a: alive(10) });
      return () => {
        expect(peer.sent()).toEqual(["0 probe 0", "10 echo 0", "10 bye"]);
        expect(peer.links[0]!.closed).toBe(true);
      };
    });
  });

  it.each([
    ["a flooder, so that it does not come back as somebody new", "ob 4000ms f", true],
    ["nobody who is merely silent", "ob", false],
  ])("refuses %s", (_, script, isRefused) => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport(script);
      const policy = fixedTimeout({ intervalMs: 2000, mode: "listen" });
      const stream = monitor(peer, policy, { ...virtual, minReceiveMs: 1000, samples: false });
      const causes: string[] = [];
      stream.subscribe((event) => event.type === "dead" && causes.push(event.cause.kind));
      expectObservable(NEVER, "10s !").toBe("");
      return () => {
        expect(causes).toEqual([isRefused ? "protocol" : "silence"]);
        expect(peer.links[0]).toMatchObject({ refused: isRefused, closed: true });
      };
    });
  });

  it("has closed the link before a death is told, so that the next may open", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o");
      const closedAtDeath = monitor(peer, POLICY, virtual).pipe(
        mergeMap((event) => (event.type === "dead" ? of(peer.links[0]!.closed) : [])),
      );
      expectObservable(closedAtDeath).toBe("300ms (t|)", { t: true });
    });
  });
});

describe("a monitor errors only for bugs:", () => {
  const bug = new Error("a bug");
  const fail = (): never => {
    throw bug;
  };

  it("a health callback that throws", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o 9ms p");
      expectObservable(monitor(peer, POLICY, { ...virtual, health: fail })).toBe("10ms #", undefined, bug);
      return () => expect(peer.links[0]!.closed).toBe(true);
    });
  });

  it("a payload callback that throws", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o");
      const beating = fixedTimeout({ intervalMs: 100, mode: "beat" });
      expectObservable(monitor(peer, beating, { ...virtual, payload: fail })).toBe("#", undefined, bug);
      return () => expect(peer.links[0]!.closed).toBe(true);
    });
  });

  it("a policy factory that throws", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o");
      expectObservable(monitor(peer, fail, virtual)).toBe("#", undefined, bug);
      return () => expect(peer.links).toEqual([]);
    });
  });

  it("a transport that cannot be opened twice", () => {
    const scheduler = new ManualScheduler();
    const { near } = facingTransports(scheduler, 5);
    const first = monitor(near, POLICY, { scheduler }).subscribe();
    const errors: string[] = [];
    const second = monitor(near, POLICY, { scheduler });
    second.subscribe({ error: (error: Error) => errors.push(error.message) });
    expect(errors).toEqual(["near is open already"]);
    first.unsubscribe();
    scheduler.advance(5);
    expect(scheduler.pending).toBe(0);
  });

  it.each(["send", "hearing", "close"] as const)("a link whose %s throws", (method) => {
    const scheduler = new ManualScheduler();
    const broken: Transport = {
      name: "broken",
      proves: "process",
      wire: facingTransports(scheduler, 0).near.wire,
      open(listener) {
        scheduler.schedule(() => listener.opened());
        return { send: noop, hearing: () => true, close: noop, [method]: fail };
      },
    };
    const errors: unknown[] = [];
    monitor(broken, POLICY, { scheduler }).subscribe({ error: (error) => errors.push(error) });
    const bystander: string[] = [];
    const { near } = facingTransports(scheduler, 0);
    monitor(near, POLICY, { scheduler }).subscribe({ next: ({ type }) => bystander.push(type) });
    scheduler.advance(1000);
    expect(errors).toEqual([bug]);
    expect(bystander).toEqual(["suspect", "dead"]);
    expect(scheduler.pending).toBe(0);
  });

  it("and what its observers throw is theirs: the other links go on", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const failing = monitor(transport("o 9ms a"), POLICY, virtual).pipe(
        mergeMap(() => throwError(() => bug)),
      );
      const sound = monitor(transport("o 9ms a"), POLICY, virtual);
      expectObservable(failing).toBe("10ms #", undefined, bug);
      expectObservable(sound, "20ms !").toBe("10ms a", { a: alive(10) });
    });
  });
});
