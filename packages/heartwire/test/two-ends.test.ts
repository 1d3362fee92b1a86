import type { LivenessEvent } from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { fixedTimeout, monitor, type RespondOptions, respond } from "../src/index.js";
import { facingTransports } from "./support/facing-transports.js";
import { ManualScheduler } from "./support/manual-scheduler.js";
import { MarbleTransport } from "./support/marble-transport.js";
import { marbles } from "./support/marbles.js";

const POLICY = fixedTimeout({ intervalMs: 100 });

/** Both ends of one path in one process, and what each of them sees. */
function ends(delayMs = 5) {
  const scheduler = new ManualScheduler();
  const options = { scheduler, random: () => 0 };
  const path = facingTransports(scheduler, delayMs);
  const log = { near: [] as string[], far: [] as string[] };
  const watch = (end: "near" | "far", policy = POLICY) =>
    monitor(path[end], policy, { ...options, samples: false }).subscribe(note(end));
  const answer = (more: RespondOptions = {}) =>
    respond(path.far, { ...options, ...more }).subscribe(note("far"));
  const note = (end: "near" | "far") => ({
    next: (event: LivenessEvent) => log[end].push(`${scheduler.now()} ${event.type}`),
    complete: () => log[end].push(`${scheduler.now()} complete`),
  });
  return { scheduler, path, log, watch, answer };
}

describe("two monitors that face each other", () => {
  it("both find the other alive, for as long as it lasts", () => {
    const { scheduler, log, watch } = ends();
    watch("near");
    watch("far");
    scheduler.advance(10_000);
    expect(log).toEqual({ near: ["5 alive"], far: ["5 alive"] });
  });

  it("both find the other dead when the path is cut", () => {
    const { scheduler, path, log, watch } = ends();
    watch("near");
    watch("far");
    scheduler.advance(100);
    path.cut();
    scheduler.advance(1000);
    // Probes left at 75, so the last evidence came at 85, and the echo to it at 85 too.
    const story = ["5 alive", "235 suspect", "385 dead", "385 complete"];
    expect(log).toEqual({ near: story, far: story });
    expect(scheduler.pending).toBe(0);
  });

  it("sees the other leave, not die", () => {
    const { scheduler, log, watch } = ends();
    watch("near");
    const far = watch("far");
    scheduler.advance(100);
    far.unsubscribe();
    scheduler.advance(1000);
    expect(log.near).toEqual(["5 alive", "105 left", "105 complete"]);
    expect(scheduler.pending).toBe(0);
  });

  it("keep each other alive by beats alone, with not one probe", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const beating = fixedTimeout({ intervalMs: 100, mode: "beat" });
      const peer = transport("ob 99ms b 99ms b");
      expectObservable(monitor(peer, beating, { ...virtual, samples: false }), "250ms !").toBe("-a", {
        a: { type: "alive", atMs: 1, proof: "process" },
      });
      return () =>
        expect(peer.sent()).toEqual(["0 beat 0", "75 beat 1", "150 beat 2", "225 beat 3", "250 bye"]);
    });
    const { scheduler, log, watch } = ends();
    watch("near", fixedTimeout({ intervalMs: 100, mode: "beat" }));
    watch("far", fixedTimeout({ intervalMs: 100, mode: "beat" }));
    scheduler.advance(10_000);
    expect(log).toEqual({ near: ["5 alive"], far: ["5 alive"] });
  });
});

describe("respond", () => {
  it.each(["echo", "beat"] as const)(
    "tells who is heard and who left, but no samples, of mode %s",
    (mode) => {
      const { scheduler, log, watch, answer } = ends();
      const near = watch("near", fixedTimeout({ intervalMs: 100, mode }));
      answer({ beatIntervalMs: 100 });
      scheduler.advance(5000);
      expect(log).toEqual({ near: ["5 alive"], far: ["5 alive"] });
      near.unsubscribe();
      scheduler.advance(100);
      expect(log.far).toEqual(["5 alive", "5005 left", "5005 complete"]);
    },
  );

  it("keeps a monitor content with answers alone", () => {
    const { scheduler, log, watch, answer } = ends();
    watch("near");
    answer();
    scheduler.advance(5000);
    expect(log).toEqual({ near: ["10 alive"], far: ["5 alive"] });
  });

  it("never judges silence", () => {
    const { scheduler, path, log, watch, answer } = ends();
    watch("near");
    answer();
    scheduler.advance(100);
    path.cut();
    scheduler.advance(1e9);
    expect(log.far).toEqual(["5 alive"]);
  });

  it("beats by itself if asked to", () => {
    const { scheduler, log, watch, answer } = ends();
    watch("near", fixedTimeout({ intervalMs: 100, mode: "listen" }));
    answer({ beatIntervalMs: 100 });
    scheduler.advance(5000);
    expect(log.near).toEqual(["5 alive"]);
  });

  it("is found dead while its health check says no, and alive as soon as it says yes", () => {
    const { scheduler, log, watch, answer } = ends();
    let healthy = true;
    watch("near");
    answer({ health: () => healthy });
    scheduler.advance(100);
    healthy = false;
    scheduler.advance(200);
    expect(log.near).toEqual(["10 alive", "235 suspect"]);
    healthy = true;
    scheduler.advance(100);
    expect(log.near.at(-1)).toMatch(/ alive$/);
    healthy = false;
    scheduler.advance(1000);
    expect(log.near.at(-2)).toMatch(/ dead$/);
    // The dead get no goodbye, and this end judges no silence.
    expect(log.far).toEqual(["5 alive"]);
  });

  it("withholds beats, too, while it is not healthy", () => {
    const { scheduler, log, watch, answer } = ends();
    let healthy = true;
    watch("near", fixedTimeout({ intervalMs: 100, mode: "listen" }));
    answer({ beatIntervalMs: 100, health: () => healthy });
    scheduler.advance(1000);
    healthy = false;
    scheduler.advance(1000);
    expect(log.near.map((line) => line.split(" ")[1])).toEqual(["alive", "suspect", "dead", "complete"]);
  });

  it("promises its beat interval, whole milliseconds rounded up, and sends the payload along", () => {
    const payload = Uint8Array.of(7);
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("o");
      const stream = respond(peer, { ...virtual, beatIntervalMs: 100.5, payload: () => payload });
      expectObservable(stream, "10ms !").toBe("", {});
      return () =>
        expect(peer.links[0]!.sent.map((sent) => sent.heartbeat)).toEqual([
          { kind: "beat", seq: expect.any(Number), intervalMs: 101, payload },
          { kind: "bye" },
        ]);
    });
  });

  it("tells a link that is gone with its cause, then completes", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const reason = { kind: "reset", errno: "ECONNRESET" } as const;
      expectObservable(respond(transport("oa 9ms #", reason), virtual)).toBe("-a 9ms (d|)", {
        a: { type: "alive", atMs: 1, proof: "process" },
        d: { type: "dead", atMs: 11, silentMs: 10, cause: reason },
      });
    });
  });

  it("is cold like monitor, and a new subscription makes a new link", () => {
    marbles(({ virtual, cold, expectObservable, scheduler }) => {
      const peer = new MarbleTransport(cold(""), scheduler);
      const stream = respond(peer, virtual);
      expectObservable(stream, "^ !").toBe("");
      expectObservable(stream, "--^ !").toBe("");
      return () => expect(peer.links.map((link) => link.closed)).toEqual([true, true]);
    });
  });

  it.each([0, -1, Number.NaN, 2 ** 32, Number.POSITIVE_INFINITY])(
    "throws for a beat interval of %s",
    (ms) => {
      const { path } = ends();
      expect(() => respond(path.far, { beatIntervalMs: ms })).toThrow(RangeError);
      expect(() => respond(path.far, { beatIntervalMs: ms })).toThrow(`beatIntervalMs must be`);
    },
  );
});
