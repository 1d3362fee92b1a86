import { beforeEach, describe, expect, it } from "vitest";
import type { Frame, Instant } from "../lab/index.js";
import { needFor, observe, visitors, whyNoLab } from "./lab/outside.js";
import { binomialZ, distanceFromUniform, meanOf } from "./lab/statistics.js";

interface Passed {
  readonly instant: Instant;
  readonly lastsMs: number;
  readonly count: number;
  readonly arrivals: readonly { readonly number: number; readonly sentMs: number; readonly atMs: number }[];
  readonly errors: readonly string[];
}

interface BadPath {
  readonly toMonitorMs: readonly number[];
  readonly toPeerMs: readonly number[];
  readonly healedToMonitorMs: readonly number[];
  readonly healedToPeerMs: readonly number[];
}

interface Heard {
  readonly tcpOctets: number;
  readonly tcpEvents: readonly string[];
  readonly datagrams: number;
  readonly callers: readonly string[];
  readonly datagramCallers: readonly string[];
}

type Pairs = readonly [quiet: Ends, kept: Ends];

interface Ends {
  readonly caller: Heard;
  readonly listener: Heard;
}

/** So far from what is expected chance strays once in two million times. */
const Z = 5;

// What they need of this system is tested elsewhere for each user. These take long: the stricter user will do.
describe.each(visitors.slice(-1))("what is behind the peer's back, $title", (visitor) => {
  const why = whyNoLab(visitor);
  const need = needFor(visitor);
  beforeEach((context) => {
    if (why !== undefined) {
      context.skip(why);
    }
  });

  it("burst-outage: it lasts as long as it says, and ends by itself", async () => {
    const { instant, lastsMs, count, arrivals, errors } = await observe<Passed>(
      visitor,
      "passingFault",
      "burst-outage",
    );
    const sent = (number: number) => arrivals.find((each) => each.number === number)?.sentMs ?? 0;
    const heard = arrivals.map(({ number }) => number);
    const lastBefore = heard.filter((number) => sent(number) < instant.atMs).at(-1) ?? 0;
    const firstAfter = heard.find((number) => number > lastBefore) ?? 0;
    // Somebody spoke every 50 ms. Those lost are one row, and the last are heard.
    expect(heard.length + (firstAfter - lastBefore - 1)).toBe(count);
    expect(heard.at(-1)).toBe(count - 1);
    expect(sent(firstAfter) - instant.atMs).toBeGreaterThan(lastsMs - 1);
    expect(sent(firstAfter) - instant.atMs).toBeLessThan(lastsMs + 300);
    expect(errors).toEqual([]);
  });

  it("own-stall: for so long the monitor does nothing, and has lost nothing", async () => {
    const { instant, lastsMs, count, arrivals } = await observe<Passed>(visitor, "passingFault", "own-stall");
    expect(lastsMs).toBe(5000);
    expect(arrivals.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index));
    const duringMs = arrivals
      .map(({ atMs }) => atMs - instant.atMs)
      .filter((afterMs) => afterMs > 1 && afterMs < lastsMs - 1);
    expect(duringMs).toEqual([]);
    // The peer has gone on: some have waited for almost the whole stall.
    expect(Math.max(...arrivals.map(({ sentMs, atMs }) => atMs - sentMs))).toBeGreaterThan(lastsMs - 500);
  });

  it.for([1, 5, 20])(
    "loss-%d: that share is lost, in both directions, until it is healed",
    async (percent, context) => {
      await need(context, "impairment");
      const count = 2000;
      const seen = await observe<BadPath>(visitor, "badPath", `loss-${percent}`, String(count));
      for (const arrived of [seen.toMonitorMs, seen.toPeerMs]) {
        const lost = count - arrived.length;
        expect(lost).toBeGreaterThan(0);
        expect(Math.abs(binomialZ(lost, count, percent / 100))).toBeLessThan(Z);
        expect(meanOf(arrived)).toBeLessThan(10);
      }
      expect([seen.healedToMonitorMs.length, seen.healedToPeerMs.length]).toEqual([100, 100]);
    },
  );

  it("jitter: packets are 10 to 90 ms late, evenly spread, in both directions, and none is lost", async (context) => {
    await need(context, "impairment");
    const seen = await observe<BadPath>(visitor, "badPath", "jitter", "600");
    for (const lateMs of [seen.toMonitorMs, seen.toPeerMs]) {
      expect(lateMs).toHaveLength(600);
      expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(10);
      // 0.09 once in 10 000 times, and room for timers that are late on a busy machine.
      expect(distanceFromUniform(lateMs, 10, 90)).toBeLessThan(0.15);
    }
    expect([seen.healedToMonitorMs.length, seen.healedToPeerMs.length]).toEqual([100, 100]);
    expect(meanOf(seen.healedToPeerMs)).toBeLessThan(10);
  });

  it("nat-expired: an idle connection is lost without a word, one with keepalive is not", async (context) => {
    await need(context, "nat");
    interface Seen {
      readonly before: Pairs;
      readonly after: Pairs;
      readonly renewed: Pairs;
      readonly refusals: readonly Frame[];
    }
    const { before, after, renewed, refusals } = await observe<Seen>(visitor, "nat");
    for (const { caller, listener } of before) {
      // The listener sees the router's address, not the caller's.
      expect(listener.callers).toEqual(["::ffff:10.0.2.1"]);
      expect(listener.datagramCallers).toEqual(["10.0.2.1"]);
      expect(caller).toMatchObject({ tcpOctets: 4, datagrams: 1 });
    }
    const [quiet, kept] = after;
    expect(quiet.caller).toMatchObject({ tcpOctets: 4, tcpEvents: [] });
    expect(quiet.listener).toMatchObject({ tcpOctets: 4, tcpEvents: [] });
    expect(kept.caller).toMatchObject({ tcpOctets: 8, tcpEvents: [] });
    expect(kept.listener).toMatchObject({ tcpOctets: 8, tcpEvents: [] });
    // Nobody kept the mappings of the datagrams: what the listener pushed is lost, until the caller sends again.
    expect(after.map(({ caller }) => caller.datagrams)).toEqual([1, 1]);
    expect(renewed.map(({ caller }) => caller.datagrams)).toEqual([2, 2]);
    expect(refusals).toEqual([]);
  });

  it("silent-behind-proxy: the proxy answers for the dead, and keeps the connection", async (context) => {
    await need(context, "proxy");
    interface Seen {
      readonly addresses: readonly string[];
      readonly before: Heard;
      readonly atListener: Heard;
      readonly marks: readonly string[];
      readonly during: Heard;
      readonly after: Heard;
    }
    const { addresses, before, atListener, marks, during, after } = await observe<Seen>(visitor, "proxy");
    expect(addresses).toEqual(["10.0.1.1", "10.0.1.1"]);
    expect(before).toMatchObject({ tcpOctets: 4, datagrams: 1 });
    expect(atListener).toMatchObject({
      tcpOctets: 4,
      callers: ["::ffff:10.0.2.1"],
      datagramCallers: ["10.0.2.1"],
    });
    // Keepalive is content: every probe has its answer, from the proxy's kernel.
    const probes = marks.filter((mark) => mark === "keepalive-probe").length;
    expect(probes).toBeGreaterThan(0);
    expect(marks.filter((mark) => mark === "keepalive-ack")).toHaveLength(probes);
    expect(marks).not.toContain("retransmission");
    expect(during).toMatchObject({ tcpOctets: 4, tcpEvents: [], datagrams: 1 });
    expect(after.tcpEvents).toEqual(["end", "close"]);
  });
});
