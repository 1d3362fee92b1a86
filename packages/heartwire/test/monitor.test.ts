import type { LivenessEvent } from "@heartwire/core";
import { last, merge } from "rxjs";
import { describe, expect, it } from "vitest";
import { fixedTimeout, monitor, trustKernel } from "../src/index.js";
import { marbles } from "./support/marbles.js";

/** Probes at 0, 75, 150, …; suspect after 150 ms of silence, then a probe each 20 ms; dead after 300 ms. */
const POLICY = fixedTimeout({ intervalMs: 100 });
const SILENCE = { kind: "silence", deadAfterMs: 300, missed: 3 } as const;

const alive = (atMs: number): LivenessEvent => ({ type: "alive", atMs, proof: "process" });
const suspect = (atMs: number): LivenessEvent => ({ type: "suspect", atMs, silentMs: 150 });
const echoed = (atMs: number, rttMs: number): LivenessEvent => ({ type: "heartbeat", atMs, rttMs });
const beaten = (atMs: number): LivenessEvent => ({ type: "heartbeat", atMs });

describe("monitor", () => {
  it("is alive at the first echo, and samples each round-trip time", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o 9ms e 69ms e");
      expectObservable(monitor(peer, POLICY, virtual), "100ms !").toBe("10ms (ah) 66ms i", {
        a: alive(10),
        h: echoed(10, 10),
        i: echoed(80, 5),
      });
      return () => expect(peer.sent()).toEqual(["0 probe 0", "75 probe 1", "100 bye"]);
    });
  });

  it("tells no samples where none are asked for", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const stream = monitor(transport("o 9ms e 69ms e"), POLICY, { ...virtual, samples: false });
      expectObservable(stream, "100ms !").toBe("10ms a", { a: alive(10) });
    });
  });

  it("takes any byte of the peer as life, without a sample", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const stream = monitor(transport("o 9ms a 140ms a"), POLICY, virtual);
      expectObservable(stream, "200ms !").toBe("10ms a", { a: alive(10) });
    });
  });

  it("calls a peer that never answers suspect, then dead, and completes", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o");
      expectObservable(monitor(peer, POLICY, virtual)).toBe("150ms s 149ms (d|)", {
        s: suspect(150),
        d: { type: "dead", atMs: 300, silentMs: 300, cause: SILENCE },
      });
      return () => {
        expect(peer.links[0]!.closed).toBe(true);
        // Confirming probes between suspicion and death, and no goodbye to the dead.
        const probes = [0, 75, 150, 170, 190, 210, 230, 250, 270, 290];
        expect(peer.sent()).toEqual(probes.map((atMs, seq) => `${atMs} probe ${seq}`));
      };
    });
  });

  it("asks a crowd that falls silent at once less often than one alone, but everyone", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peers = Array.from({ length: 4000 }, () => transport("o"));
      const ends = merge(...peers.map((peer) => monitor(peer, POLICY, virtual))).pipe(last());
      expectObservable(ends).toBe("300ms (d|)", {
        d: { type: "dead", atMs: 300, silentMs: 300, cause: SILENCE },
      });
      return () => {
        const probes = peers.map((peer) => peer.sent().length - 2);
        // One alone gets eight. In step as they are, all are asked as often: a second helping would take from others.
        expect(new Set(probes)).toEqual(new Set([4]));
      };
    });
  });

  it("judges from the last evidence on, in time that passed since", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const stream = monitor(transport("o 9ms e 69ms e"), POLICY, { ...virtual, samples: false });
      expectObservable(stream).toBe("10ms a 219ms s 149ms (d|)", {
        a: alive(10),
        s: suspect(230),
        d: { type: "dead", atMs: 380, silentMs: 300, cause: SILENCE },
      });
    });
  });

  it("recovers from suspicion, and goes back to its own pace", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o 9ms e 189ms e 99ms e 99ms e");
      const stream = monitor(peer, POLICY, { ...virtual, samples: false });
      expectObservable(stream, "451ms !").toBe("10ms a 149ms s 39ms b", {
        a: alive(10),
        s: suspect(160),
        b: alive(200),
      });
      return () => {
        const probesAt = peer.links[0]!.sent.filter(({ heartbeat }) => heartbeat.kind === "probe");
        const gapsMs = probesAt.slice(1).map(({ atMs }, index) => atMs - probesAt[index]!.atMs);
        expect(gapsMs.slice(0, 4)).toEqual([75, 75, 10, 20]);
        // One more may be on its way when the answer comes.
        for (const gapMs of gapsMs.slice(5)) expect(gapMs).toBe(75);
        expect(gapsMs.length).toBeGreaterThan(6);
      };
    });
  });

  it("hears a peer that beats by itself, and says nothing in mode listen", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o 9ms b 99ms b");
      const listening = fixedTimeout({ intervalMs: 100, mode: "listen", confirmIntervalMs: Infinity });
      expectObservable(monitor(peer, listening, virtual)).toBe("10ms (ah) 96ms i 149ms s 149ms (d|)", {
        a: alive(10),
        h: beaten(10),
        i: beaten(110),
        s: suspect(260),
        d: { type: "dead", atMs: 410, silentMs: 300, cause: SILENCE },
      });
      return () => expect(peer.sent()).toEqual([]);
    });
  });

  it("passes the payload of a beat on, and sends its own", () => {
    const theirs = Uint8Array.of(1, 2);
    const ours = Uint8Array.of(3);
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o 9ms x", undefined, {
        x: (link) => link.listener.received({ kind: "beat", seq: 0, intervalMs: 100, payload: theirs }),
      });
      const beating = fixedTimeout({ intervalMs: 100, mode: "beat" });
      const stream = monitor(peer, beating, { ...virtual, payload: () => ours });
      expectObservable(stream, "50ms !").toBe("10ms (ah)", {
        a: alive(10),
        h: { type: "heartbeat", atMs: 10, payload: theirs },
      });
      return () =>
        expect(peer.links[0]!.sent[0]!.heartbeat).toEqual({
          kind: "beat",
          seq: expect.any(Number),
          intervalMs: 100,
          payload: ours,
        });
    });
  });

  it("completes with left when the peer says goodbye", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o 9ms a 9ms y");
      expectObservable(monitor(peer, POLICY, virtual)).toBe("10ms a 9ms (l|)", {
        a: alive(10),
        l: { type: "left", atMs: 20 },
      });
      return () => {
        expect(peer.sent()).toEqual(["0 probe 0"]);
        expect(peer.links[0]!.closed).toBe(true);
      };
    });
  });

  it("completes with left when the link ends in an orderly way", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      expectObservable(monitor(transport("o 9ms |"), POLICY, virtual)).toBe("10ms (l|)", {
        l: { type: "left", atMs: 10 },
      });
    });
  });

  it.each([
    { kind: "refused", errno: "ECONNREFUSED" },
    { kind: "reset", errno: "ECONNRESET" },
    { kind: "ended", by: "peer" },
    { kind: "restarted", previousSession: 1, session: 2 },
  ] as const)("tells a link that closed with $kind as a value, then completes", (reason) => {
    marbles(({ transport, virtual, expectObservable }) => {
      expectObservable(monitor(transport("o 9ms a 9ms #", reason), POLICY, virtual)).toBe("10ms a 9ms (d|)", {
        a: alive(10),
        d: { type: "dead", atMs: 20, silentMs: 10, cause: reason },
      });
    });
  });

  it("trusts the kernel: no heartbeat, no verdict of its own, however long the silence", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const reason = { kind: "keepalive-timeout", errno: "ETIMEDOUT" } as const;
      const peer = transport("oa 12960m #", reason);
      const policy = trustKernel({ idleMs: 1000, intervalMs: 1000, probes: 3 });
      const nineDaysMs = 777_600_000;
      expectObservable(monitor(peer, policy, virtual)).toBe("-a 12960m (d|)", {
        a: alive(1),
        d: { type: "dead", atMs: nineDaysMs + 2, silentMs: nineDaysMs + 1, cause: reason },
      });
      return () => expect(peer.sent()).toEqual([]);
    });
  });

  it("answers the peer's probes", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o 9ms p 4ms p");
      const stream = monitor(peer, POLICY, virtual);
      expectObservable(stream, "30ms !").toBe("10ms a", { a: alive(10) });
      return () => expect(peer.sent()).toEqual(["0 probe 0", "10 echo 0", "15 echo 1", "30 bye"]);
    });
  });

  it("tells dropped frames at totals that double, and takes none as life", () => {
    const rejected = (atMs: number, total: number): LivenessEvent => ({
      type: "rejected",
      atMs,
      rejection: { kind: "malformed", reason: "truncated" },
      total,
    });
    marbles(({ transport, virtual, expectObservable }) => {
      const stream = monitor(transport("orrrrrrrrr"), POLICY, virtual);
      expectObservable(stream, "151ms !").toBe("-rt-u---v 141ms s", {
        r: rejected(1, 1),
        t: rejected(2, 2),
        u: rejected(4, 4),
        v: rejected(8, 8),
        s: suspect(150),
      });
    });
  });

  it("counts silence that it did not listen to as a stall of its own", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("d 399ms h", undefined, {
        d: (link) => {
          link.deaf = true;
          link.listener.opened();
        },
        h: (link) => {
          link.deaf = false;
        },
      });
      const stalled = (atMs: number): LivenessEvent => ({ type: "stalled", atMs, stalledMs: 150 });
      expectObservable(monitor(peer, POLICY, virtual)).toBe("150ms s 149ms t 149ms u 149ms (d|)", {
        s: stalled(150),
        t: stalled(300),
        u: suspect(450),
        d: { type: "dead", atMs: 600, silentMs: 300, cause: SILENCE },
      });
    });
  });
});
