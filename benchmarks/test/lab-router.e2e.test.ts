import { beforeEach, describe, expect, it } from "vitest";
import type { ImpairmentReport, ToolSupport } from "../lab/index.js";
import { labProgram } from "../lab/programs.js";
import { needFor, observe, type Tools, visitors, whyNoLab } from "./lab/outside.js";
import { binomialZ, distanceFromUniform, meanOf } from "./lab/statistics.js";

type Forwarded = Extract<ImpairmentReport, { means: "forwarder" }>;

interface Loss {
  readonly report: ImpairmentReport;
  readonly atPeer: readonly number[];
  readonly atMonitor: readonly number[];
}

interface Delay {
  readonly report: ImpairmentReport;
  readonly toPeerMs: readonly number[];
  readonly toMonitorMs: readonly number[];
  readonly healedMs: readonly number[];
}

/** So far from what is expected chance strays once in two million times. */
const Z = 5;

function forwarded(report: ImpairmentReport): Forwarded {
  if (report.means !== "forwarder") throw new Error("netem keeps no count here");
  return report;
}

describe.each(visitors)("the router $title", (visitor) => {
  const why = whyNoLab(visitor);
  const need = needFor(visitor);
  beforeEach((context) => {
    if (why !== undefined) {
      context.skip(why);
    }
  });

  describe("losing packets", () => {
    const COUNT = 1500;
    const lose = (seed: number | "none") =>
      observe<Loss>(visitor, "loss", "0.05", "0.2", String(seed), String(COUNT));

    it("does so at the rate of each direction, and loses no other", async (context) => {
      await need(context, "impairment");
      const { report, atPeer, atMonitor } = await lose("none");
      expect(Math.abs(binomialZ(COUNT - atPeer.length, COUNT, 0.05))).toBeLessThan(Z);
      expect(Math.abs(binomialZ(COUNT - atMonitor.length, COUNT, 0.2))).toBeLessThan(Z);
      if (report.means === "netem") return;
      const { toPeer, toMonitor, overflowed } = report;
      expect(overflowed).toBe(0);
      expect([toPeer.packets, toMonitor.packets]).toEqual([COUNT, COUNT]);
      expect([toPeer.lost, toMonitor.lost]).toEqual([COUNT - atPeer.length, COUNT - atMonitor.length]);
    });

    it("loses the same ones for the same seed, and others for another", async (context) => {
      await need(context, "impairment");
      const [first, again, other] = [await lose(7), await lose(7), await lose(8)];
      if (first.report.means === "netem") return context.skip("This kernel's netem takes no seed.");
      expect(forwarded(first.report).seed).toBe(7);
      expect(again.atPeer).toEqual(first.atPeer);
      expect(again.atMonitor).toEqual(first.atMonitor);
      expect(other.atPeer).not.toEqual(first.atPeer);
      expect(first.atPeer).not.toEqual(first.atMonitor);
    });
  });

  describe("holding packets back", () => {
    it("spreads the delay evenly, one way only, and lets all of them arrive", async (context) => {
      await need(context, "impairment");
      const { report, toPeerMs, toMonitorMs, healedMs } = await observe<Delay>(
        visitor,
        "delay",
        "50",
        "40",
        "500",
      );
      expect(toPeerMs).toHaveLength(500);
      expect(Math.min(...toPeerMs)).toBeGreaterThanOrEqual(10);
      // For 500 samples of an even spread it exceeds 0.1 once in 10 000 times. On a busy machine timers are late.
      const lateMs = report.means === "forwarder" ? report.toPeer.lateMs.mean : 1;
      expect(distanceFromUniform(toPeerMs, 10, 90)).toBeLessThan(0.1 + lateMs / 80);
      expect(toMonitorMs).toHaveLength(500);
      expect(meanOf(toMonitorMs)).toBeLessThan(10);
      expect(healedMs).toHaveLength(50);
      expect(meanOf(healedMs)).toBeLessThan(10);
    });

    it("is late by about a millisecond, says so, and is never early", async (context) => {
      await need(context, "impairment");
      const { report, toPeerMs } = await observe<Delay>(visitor, "delay", "30", "0", "200");
      expect(Math.min(...toPeerMs)).toBeGreaterThanOrEqual(30);
      if (report.means === "netem") return;
      const { mean, max } = report.toPeer.lateMs;
      expect(mean).toBeGreaterThan(0);
      expect(max).toBeGreaterThanOrEqual(mean);
      // What the receivers saw is what it says, but for the time to pass through two more processes.
      const seenMs = meanOf(toPeerMs) - 30;
      expect(seenMs).toBeGreaterThanOrEqual(mean);
      expect(seenMs - mean).toBeLessThan(5);
    });

    it("damages nothing", async (context) => {
      await need(context, "impairment");
      const seen = await observe<{ tcpOctets: number; tcpEvents: string[] }>(visitor, "impairedBulk");
      expect(seen).toMatchObject({ tcpOctets: 1_448_000, tcpEvents: [] });
    });
  });

  it("leaves nothing when the lab is closed in the middle of all this", async (context) => {
    const { impairment } = await need(context, "impairment", "proxy");
    const seen = await observe(visitor, "routerCleanup");
    expect(seen).toEqual({
      // Two speakers, the agent, the capture, nginx, and the forwarder where there is no netem.
      during: {
        processes: meansOf(impairment) === "netem" ? 5 : 6,
        files: expect.arrayContaining([expect.stringMatching(/proxy-1\.conf$/)]),
      },
      processes: 0,
      files: ["heartwire-lab", "netns"],
      hosts: [],
    });
  });

  it("says what was wrong", async (context) => {
    await need(context, "impairment", "nat", "proxy");
    const seen = await observe(visitor, "routerMistakes");
    expect(seen).toEqual({
      impossible: [
        "RangeError: toPeer.lossRate must be from 0 to 1, but is 1.5",
        "RangeError: toPeer.delayMs must be from 0 to 60000, but is NaN",
        expect.stringMatching(/^RangeError: toPeer\.jitterMs must be from 0 to delayMs \(10\).* but is 11$/),
        expect.stringMatching(/^RangeError: timeoutMs must be a multiple of 1000.* but is 1500$/),
      ],
      twice: [expect.stringMatching(/is impairing packets/), expect.stringMatching(/is impairing packets/)],
      translating: expect.stringMatching(/is translating addresses/),
      takenPort: expect.stringMatching(/could not be started.* 10\.0\.1\.1:7000 failed .*in use/),
      nothing: "nothing",
    });
  });

  it("says what this machine lacks, and which package has it", async (context) => {
    const { impairment } = await need(context, "impairment", "nat", "proxy");
    const hide = (...paths: string[]) => observe<Tools>(visitor, "tools", ...paths);
    const { capture, ...lacking } = await hide(labProgram("nft"), "/dev/net/tun");
    expect(capture).toEqual({ kind: "available", means: "a packet socket" });
    expect(lacking.nat).toEqual({
      kind: "missing",
      why: 'The program "nft" is missing; on Debian: apt install nftables.',
    });
    // A kernel with netem needs no such device.
    if (meansOf(impairment) !== "netem") {
      expect(lacking.impairment).toEqual({
        kind: "missing",
        why: expect.stringMatching(/\/dev\/net\/tun.*ENOENT/),
      });
    }
    expect(await hide(labProgram("nginx"))).toMatchObject({
      nat: { kind: "available" },
      proxy: {
        kind: "missing",
        why: 'The program "nginx" is missing; on Debian: apt install nginx libnginx-mod-stream.',
      },
    });
  });
});

function meansOf(support: ToolSupport): string {
  return support.kind === "available" ? support.means : "";
}
