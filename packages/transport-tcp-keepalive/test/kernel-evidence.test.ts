import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTcpInfo, type TcpInfo } from "../src/index.js";
import { graceMs, type KeepaliveInForce, KernelEvidence } from "../src/kernel-evidence.js";
import { type Conditions, looksAt, SimulatedKernel, type TimedFinding } from "./support/simulated-kernel.js";

const settings: KeepaliveInForce = { idleMs: 10_000, intervalMs: 5000, userTimeoutMs: 0 };
const NEVER = { fromMs: Number.POSITIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** Round trips that the kernel itself would put up with: shorter than its intervals. */
const conditions: fc.Arbitrary<Conditions> = fc
  .record({
    idleSeconds: fc.integer({ min: 1, max: 7200 }),
    intervalSeconds: fc.integer({ min: 1, max: 100 }),
    rttMs: fc.integer({ min: 1, max: 900 }),
    lateShare: fc.double({ min: 0, max: 1 / 8, noNaN: true }),
  })
  .map(({ idleSeconds, intervalSeconds, rttMs, lateShare }) => ({
    settings: { idleMs: idleSeconds * 1000, intervalMs: intervalSeconds * 1000, userTimeoutMs: 0 },
    rttMs,
    lateShare,
    dataEveryMs: Number.POSITIVE_INFINITY,
    cut: NEVER,
  }));

const ABSENT = decodeTcpInfo(Uint8Array.of(1)) as TcpInfo;
const infoWith = (fields: Partial<TcpInfo>): TcpInfo => ({
  ...ABSENT,
  lastDataReceivedMs: 0,
  lastAckReceivedMs: 0,
  ...fields,
});

/** The longest silence before the kernel asks. */
const askMsOf = (each: Conditions): number => Math.max(each.settings.idleMs, each.settings.intervalMs);
const graceOf = ({ rttMs }: Conditions): number => graceMs(infoWith({ rttMs, rttVarianceMs: rttMs / 4 }));

function simulate(each: Conditions, untilMs: number): TimedFinding[] {
  return looksAt(new SimulatedKernel(each), new KernelEvidence(each.settings), untilMs);
}

const findings = (looks: readonly TimedFinding[], kind: string): readonly TimedFinding[] =>
  looks.filter(({ finding }) => finding.kind === kind);

describe("a peer that answers", () => {
  it("is never doubted while idle, and each answer is told, with its age", () => {
    fc.assert(
      fc.property(conditions, (each) => {
        const cycles = 6;
        const looks = simulate(each, cycles * (askMsOf(each) * 1.2 + 2 * graceOf(each)));
        expect(findings(looks, "unanswered")).toEqual([]);
        const heard = findings(looks, "heard");
        expect(heard.length).toBeGreaterThanOrEqual(cycles - 1);
        for (const { atMs, finding, heardMs } of heard) {
          if (finding.kind === "heard")
            expect(Math.abs(atMs - finding.agoMs - heardMs)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("is looked at no more than once in the idle time while data flows", () => {
    fc.assert(
      fc.property(conditions, fc.integer({ min: 2, max: 50 }), (each, parts) => {
        const dataEveryMs = each.settings.idleMs / parts;
        const looks = simulate({ ...each, dataEveryMs }, 20 * each.settings.idleMs);
        // From what was last heard, and that is up to `dataEveryMs` old at a look.
        expect(looks.length).toBeLessThanOrEqual(2 + 20 / (1 - 1 / parts));
      }),
    );
  });

  it("is looked at a few times after each probe while idle, however late the kernel's timers", () => {
    fc.assert(
      fc.property(conditions, (each) => {
        const cycles = 20;
        expect(simulate(each, cycles * askMsOf(each)).length).toBeLessThanOrEqual(5 * cycles + 2);
      }),
    );
  });
});

describe("a cut", () => {
  it("is told within the bound, never before the kernel has asked, and once", () => {
    fc.assert(
      fc.property(conditions, fc.double({ min: 0, max: 3, noNaN: true }), (each, phase) => {
        const { idleMs, intervalMs } = each.settings;
        const cut = { fromMs: phase * idleMs, toMs: Number.POSITIVE_INFINITY };
        const looks = simulate({ ...each, cut }, 6 * idleMs + 20 * intervalMs);
        const doubts = findings(looks, "unanswered");
        expect(doubts).toHaveLength(1);
        const { atMs, finding, heardMs } = doubts[0]!;
        const afterMs = atMs - heardMs;
        expect(afterMs).toBeGreaterThanOrEqual(idleMs);
        expect(afterMs).toBeLessThanOrEqual(askMsOf(each) * (1 + 1 / 8) * (1 + 1 / 16) + 3 * graceOf(each));
        if (finding.kind === "unanswered")
          expect(Math.abs(finding.silentMs - afterMs)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("that heals is told within an interval of the answer", () => {
    fc.assert(
      fc.property(conditions, fc.integer({ min: 2, max: 20 }), (each, intervals) => {
        const { idleMs, intervalMs } = each.settings;
        const toMs = idleMs * 1.5 + intervals * intervalMs;
        const looks = simulate({ ...each, cut: { fromMs: 1, toMs } }, toMs + 4 * intervalMs);
        expect(findings(looks, "unanswered")).toHaveLength(1);
        const recovered = findings(looks, "heard")[1]!;
        expect(recovered.heardMs).toBeGreaterThanOrEqual(toMs);
        expect(recovered.atMs - recovered.heardMs).toBeLessThanOrEqual(
          Math.max(intervalMs, graceOf(each)) + 1,
        );
      }),
    );
  });
});

describe("data in flight", () => {
  const waiting = { unacknowledgedSegments: 1, retransmits: 1, rtoMs: 400, rttMs: 1 };

  it("that was retransmitted, and is not acknowledged a grace time later, is silence", () => {
    const evidence = new KernelEvidence(settings);
    evidence.look(infoWith({}), 0);
    const silent = (ms: number) => infoWith({ ...waiting, lastAckReceivedMs: ms, lastDataReceivedMs: ms });
    expect(evidence.look(silent(5000), 5000)).toEqual({ finding: { kind: "nothing-new" }, againMs: 201 });
    expect(evidence.look(silent(5201), 5201)).toEqual({
      finding: { kind: "unanswered", silentMs: 5201 },
      againMs: 400,
    });
    expect(evidence.look(infoWith({}), 5601).finding).toEqual({ kind: "heard", agoMs: 0 });
  });

  it("that is not acknowledged although the peer is heard, is none", () => {
    const evidence = new KernelEvidence(settings);
    for (let nowMs = 0; nowMs < 10_000; nowMs += 250) {
      expect(evidence.look(infoWith({ ...waiting, lastAckReceivedMs: 20 }), nowMs).finding.kind).toBe(
        "heard",
      );
    }
  });

  it("that was not yet retransmitted is no question", () => {
    const evidence = new KernelEvidence(settings);
    const sent = { unacknowledgedSegments: 3, lastAckReceivedMs: 9000, lastDataReceivedMs: 9000 };
    expect(evidence.look(infoWith(sent), 0)).toMatchObject({ againMs: 1200 });
    expect(evidence.look(infoWith({ ...sent, lastAckReceivedMs: 10_200 }), 1200).finding).not.toMatchObject({
      kind: "unanswered",
    });
  });

  it("is looked for in time when a user timeout will not wait for the first probe", () => {
    const evidence = new KernelEvidence({ ...settings, userTimeoutMs: 3000 });
    expect(evidence.look(infoWith({}), 0).againMs).toBe(1500);
  });
});

describe("a shut window", () => {
  it("may leave one probe unanswered, for hosts limit such answers; two are a question", () => {
    for (const [unansweredProbes, kinds] of [
      [1, ["heard", "nothing-new"]],
      [2, ["heard", "unanswered"]],
    ] as const) {
      const evidence = new KernelEvidence(settings);
      const looks = [900, 1300].map((ms) => {
        const ages = { lastAckReceivedMs: ms, lastDataReceivedMs: 9000 + ms };
        return evidence.look(infoWith({ notSentBytes: 1, unansweredProbes, ...ages }), ms);
      });
      expect(looks.map(({ finding }) => finding.kind)).toEqual(kinds);
    }
  });
});

describe("looks", () => {
  it("that come late, after a stall of ours, are no silence of the peer's", () => {
    const evidence = new KernelEvidence(settings);
    evidence.look(infoWith({}), 0);
    evidence.look(
      infoWith({ unansweredProbes: 1, lastAckReceivedMs: 10_300, lastDataReceivedMs: 10_300 }),
      10_300,
    );
    // Answered, silent again, and asked again, while we did not run.
    const asked = infoWith({ unansweredProbes: 1, lastAckReceivedMs: 10_100, lastDataReceivedMs: 10_100 });
    expect(evidence.look(asked, 60_000)).toMatchObject({ finding: { kind: "heard", agoMs: 10_100 } });
  });

  it("find an answer that came just after the last of them, though the next question is open", () => {
    const evidence = new KernelEvidence(settings);
    const asked = (silentMs: number) =>
      infoWith({ unansweredProbes: 1, lastAckReceivedMs: silentMs, lastDataReceivedMs: silentMs });
    const kinds = [
      [10_200, 10_200],
      [10_401, 10_401],
      // Answered 4 ms after the look before.
      [15_401, 4996],
    ].map(([nowMs, silentMs]) => evidence.look(asked(silentMs!), nowMs!).finding.kind);
    expect(kinds).toEqual(["heard", "unanswered", "heard"]);
  });

  it("do not take a clock that drifts for an answer", () => {
    const slow = { idleMs: 7_200_000, intervalMs: 7_200_000, userTimeoutMs: 0 };
    const evidence = new KernelEvidence(slow);
    const kinds = [8_000_000, 15_200_000, 22_400_000].map((nowMs) => {
      const silentMs = Math.round(nowMs * (1 - 400e-6));
      const ages = { lastAckReceivedMs: silentMs, lastDataReceivedMs: silentMs };
      return evidence.look(infoWith({ unansweredProbes: 1, ...ages }), nowMs).finding.kind;
    });
    expect(kinds).toEqual(["heard", "unanswered", "nothing-new"]);
  });

  it("become rare where keepalive was turned off", () => {
    const evidence = new KernelEvidence(settings);
    let [nowMs, looks] = [0, 0];
    for (; nowMs < 3_600_000; looks += 1) {
      nowMs += evidence.look(
        infoWith({ lastAckReceivedMs: nowMs, lastDataReceivedMs: nowMs }),
        nowMs,
      ).againMs;
    }
    expect(looks).toBeLessThan(3_600_000 / settings.idleMs + 50);
  });

  it("are always some way off, whatever the kernel tells", () => {
    const any = fc.option(fc.nat(0xffff_ffff), { nil: undefined });
    const info = fc.record({
      unansweredProbes: any,
      retransmits: any,
      unacknowledgedSegments: any,
      notSentBytes: any,
      rtoMs: any,
      rttMs: any,
      rttVarianceMs: any,
      lastDataReceivedMs: any,
      lastAckReceivedMs: any,
    });
    fc.assert(
      fc.property(fc.array(info, { maxLength: 20 }), (infos) => {
        const evidence = new KernelEvidence(settings);
        let nowMs = 0;
        for (const fields of infos) {
          const { againMs } = evidence.look({ ...ABSENT, ...fields }, nowMs);
          expect(againMs).toBeGreaterThanOrEqual(200);
          expect(againMs).toBeLessThanOrEqual(120_000 + settings.idleMs);
          nowMs += againMs;
        }
      }),
    );
  });
});
