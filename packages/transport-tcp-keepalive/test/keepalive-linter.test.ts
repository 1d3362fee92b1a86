import { readFileSync } from "node:fs";
import { type KeepaliveSettings, keepaliveBound } from "@heartwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type KeepaliveFinding,
  type KeepaliveFindingCode,
  type LintContext,
  lintKeepalive,
  MIDDLEBOXES,
  type MiddleboxName,
} from "../src/index.js";

const settings = (idle: number, interval: number, probes: number, userTimeoutMs = 0): KeepaliveSettings => ({
  idleMs: 1000 * idle,
  intervalMs: 1000 * interval,
  probes,
  userTimeoutMs,
});
/** A minute, five probes over 80 s, and a user timeout that agrees even if timers are late. */
const SOUND = settings(60, 16, 5, 140_000);
const codes = (findings: readonly KeepaliveFinding[]) => findings.map(({ code }) => code);
const find = (code: KeepaliveFindingCode, of: KeepaliveSettings, context?: LintContext): KeepaliveFinding => {
  const found = lintKeepalive(of, context).find((finding) => finding.code === code);
  if (found === undefined) throw new Error(`${code} not found`);
  return found;
};

describe("sound settings", () => {
  it("raise no warning, and one note: the price of a user timeout", () => {
    expect(codes(lintKeepalive(SOUND))).toEqual(["user-timeout-kills-slow-reader"]);
  });
});

describe("each trap is found, and not where it is none", () => {
  interface Trap {
    readonly code: KeepaliveFindingCode;
    readonly trapped: KeepaliveSettings;
    readonly free: KeepaliveSettings;
    readonly context?: LintContext;
  }
  const traps: readonly Trap[] = [
    { code: "no-user-timeout", trapped: settings(60, 12, 5), free: SOUND },
    { code: "user-timeout-cuts-probes", trapped: settings(60, 12, 5, 60_000), free: SOUND },
    { code: "user-timeout-outlasts-probes", trapped: settings(60, 12, 5, 200_000), free: SOUND },
    { code: "user-timeout-kills-slow-reader", trapped: SOUND, free: settings(60, 12, 5) },
    { code: "single-probe", trapped: settings(60, 60, 1), free: settings(60, 60, 2) },
    { code: "single-probe", trapped: settings(60, 12, 5, 1000), free: SOUND },
    { code: "short-outage-kills", trapped: settings(60, 5, 5), free: SOUND },
    // Late timers reach the user timeout sooner: measured with 18 s, 20 s and 1 s.
    { code: "user-timeout-cuts-probes", trapped: settings(18, 1, 5, 23_000), free: settings(18, 1, 5) },
    {
      code: "user-timeout-cuts-probes",
      trapped: settings(20, 1, 5, 25_000),
      free: settings(20, 6, 5, 50_000),
    },
    { code: "user-timeout-cuts-probes", trapped: settings(1, 1, 3, 3020), free: settings(1, 1, 3, 3500) },
    { code: "user-timeout-cuts-probes", trapped: settings(1, 1, 3, 3060), free: settings(1, 1, 3, 4000) },
    {
      code: "user-timeout-cuts-probes",
      trapped: settings(300, 5, 4, 320_000),
      free: settings(300, 70, 4, 580_000),
    },
    { code: "interval-above-idle", trapped: settings(60, 75, 5), free: settings(75, 75, 5) },
    { code: "frequent-probes", trapped: settings(9, 9, 9), free: settings(10, 9, 9) },
    { code: "fraction-of-second", trapped: { ...SOUND, idleMs: 60_500 }, free: SOUND },
    { code: "middlebox-forgets", trapped: settings(300, 12, 5), free: settings(200, 12, 5) },
    { code: "frequent-probes", trapped: settings(1, 9, 9), free: settings(5, 75, 9) },
    { code: "middlebox-forgets", trapped: settings(60, 300, 3), free: settings(60, 200, 3) },
    {
      code: "middlebox-forgets",
      trapped: settings(60, 300, 3),
      free: settings(60, 200, 3),
      context: { path: ["azure-load-balancer"] },
    },
    {
      code: "middlebox-forgets",
      trapped: settings(320, 12, 5),
      free: settings(300, 12, 5),
      context: { path: ["aws-network-load-balancer"] },
    },
  ];
  it.each(traps)("$code: $trapped", ({ code, trapped, free, context }) => {
    expect(codes(lintKeepalive(trapped, context))).toContain(code);
    expect(codes(lintKeepalive(free, context))).not.toContain(code);
  });

  it("proxy-ends-proof, whatever the settings, where a proxy is known to stand", () => {
    expect(codes(lintKeepalive(SOUND, { path: ["nginx-http-proxy"] }))).toContain("proxy-ends-proof");
    expect(codes(lintKeepalive(SOUND, { path: ["azure-load-balancer"] }))).not.toContain("proxy-ends-proof");
  });
});

describe("the figures", () => {
  it("of unacknowledged data are the system's own", () => {
    const of = settings(60, 12, 5);
    const lowered = { retries2: 8, rtoMaxMs: 120_000 };
    const conditions = { ...lowered, unacknowledgedData: true };
    expect(find("no-user-timeout", settings(10, 5, 3), { system: lowered }).values).toMatchObject({
      idleWorstMs: keepaliveBound(settings(10, 5, 3)).detectionMs.worst,
      unacknowledgedWorstMs: keepaliveBound(of, conditions).detectionMs.worst,
    });
    // 116 s, which is sooner than the idle connection's 135 s.
    expect(codes(lintKeepalive(of, { system: lowered }))).not.toContain("no-user-timeout");
  });

  it("of the user timeout are those that were measured", () => {
    expect(find("user-timeout-cuts-probes", settings(1, 1, 10, 2500)).values).toMatchObject({
      fewestProbes: 2,
      mostProbes: 2,
    });
    const below = find("user-timeout-cuts-probes", settings(3, 1, 5, 500));
    expect(below.values).toMatchObject({ fewestProbes: 1, mostProbes: 1 });
    expect(below.message).toContain("over before the first goes out");
    expect(find("user-timeout-outlasts-probes", settings(1, 1, 3, 10_000)).values).toMatchObject({
      fewestProbes: 8,
      mostProbes: 9,
    });
    // It died with four unanswered; with the advice of old, 23 s, the kernel's timers may leave but three.
    const late = find("user-timeout-cuts-probes", settings(18, 1, 5, 23_000));
    expect(late.values).toMatchObject({ fewestProbes: 3, mostProbes: 5 });
    expect(late.message).toContain("after 3 to 5 unanswered, not 5: the kernel's timers may be late");
  });

  it("of the user timeout advise another interval where no user timeout will do", () => {
    expect(find("no-user-timeout", settings(10, 5, 3)).advice).toContain("set userTimeoutMs to 25000,");
    const { advice } = find("no-user-timeout", settings(18, 1, 5));
    expect(advice).toContain("no user timeout makes it 5 for certain");
    expect(advice).toContain("set intervalMs to 5000, userTimeoutMs to 43000");
    expect(find("no-user-timeout", settings(60, 12, 9)).advice).toContain("probes to 7");
    // Not longer, but shorter, where it is above the idle time.
    expect(find("no-user-timeout", settings(5, 75, 9)).advice).toContain(
      "set intervalMs to 5000, probes to 7,",
    );
  });

  it("of the asking period are one figure, wherever it is told", () => {
    // Measured: four probes in 12.5 s, not twelve.
    const often = find("frequent-probes", settings(1, 3, 3));
    expect(often.values).toEqual({ periodMs: 3000, probesPerDay: 28_800, octetsPerDay: 28_800 * 132 });
    expect(often.message).toContain("every 3 s, 28800 times a day");
    const above = find("interval-above-idle", settings(5, 75, 9));
    expect(above.message).toContain("asked every 75 s, not every 5 s");
    expect(codes(lintKeepalive(settings(5, 75, 9)))).not.toContain("frequent-probes");
  });

  it.each([
    [settings(60, 300, 3), "set intervalMs to 212000 or less"],
    [settings(300, 60, 3), "set idleMs to 212000 or less"],
    [settings(300, 300, 3), "set idleMs and intervalMs to 212000 or less"],
  ])("of a middlebox name what is too long: %o", (of, advice) => {
    expect(find("middlebox-forgets", of, { path: ["azure-load-balancer"] }).advice).toBe(advice);
  });

  it("of Linux's defaults name everybody who forgets sooner than two hours", () => {
    const { message, severity, evidence, values } = find("middlebox-forgets", settings(7200, 75, 9));
    expect(severity).toBe("note");
    for (const title of ["Azure Load Balancer (240 s)", "AWS Network Load Balancer (350 s)", "RFC 5382"]) {
      expect(message).toContain(title);
    }
    expect(message).not.toContain("conntrack");
    // A proxy is not kept by probes, however many.
    expect(message).not.toContain("nginx");
    expect(evidence.filter(({ kind }) => kind === "documented").length).toBeGreaterThanOrEqual(5);
    expect(values.longestPeriodMs).toBe(212_000);
  });
});

describe("for all settings", () => {
  const any = fc.record({
    idleMs: fc.integer({ min: 1, max: 32_767_000 }),
    intervalMs: fc.integer({ min: 1, max: 32_767_000 }),
    probes: fc.integer({ min: 1, max: 127 }),
    userTimeoutMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100_000_000 })),
  });

  it("warnings come first, each code once, with finite figures", () => {
    fc.assert(
      fc.property(any, (of) => {
        const findings = lintKeepalive(of);
        const severities = findings.map(({ severity }) => severity);
        expect(severities).toEqual([...severities].sort().reverse());
        expect(new Set(codes(findings)).size).toBe(findings.length);
        for (const { values } of findings)
          for (const each of Object.values(values)) expect(each).toBeGreaterThan(0);
      }),
    );
  });

  /**
   * How many probes go unanswered, by playing the kernel's timer: it fires, late by a share of its wait, and looks how
   * long nothing was heard. `after`: what was heard last, which decides when the timer fires first.
   */
  const play = (of: KeepaliveSettings, after: "data" | "answer", lateShare: () => number): number => {
    const whole = (ms: number): number => Math.ceil(ms / 1000) * 1000;
    const [idleMs, intervalMs] = [whole(of.idleMs), whole(of.intervalMs)];
    const userTimeoutMs = of.userTimeoutMs ?? 0;
    let waitMs = after === "data" ? idleMs : intervalMs;
    let silentMs = 0;
    let probes = 0;
    for (;;) {
      silentMs += waitMs * (1 + lateShare());
      if (silentMs < idleMs) {
        waitMs = idleMs - silentMs;
        continue;
      }
      if (userTimeoutMs > 0 ? silentMs >= userTimeoutMs && probes > 0 : probes >= of.probes) return probes;
      probes += 1;
      waitMs = intervalMs;
    }
  };
  const MOST_LATE = 8 / 63;
  /** Few enough looks to be played. */
  const playable = fc.record({
    idleMs: fc.integer({ min: 1, max: 600_000 }),
    intervalMs: fc.integer({ min: 1, max: 600_000 }),
    probes: fc.integer({ min: 1, max: 12 }),
    userTimeoutMs: fc.integer({ min: 1, max: 3_000_000 }),
  });
  const shares = fc.array(fc.double({ min: 0, max: MOST_LATE, noNaN: true }), {
    minLength: 1,
    maxLength: 30,
  });

  it("the count of probes is what the kernel plays, timers late or not", () => {
    fc.assert(
      fc.property(playable, shares, fc.constantFrom("data", "answer"), (of, late, after) => {
        let index = 0;
        const played = play(of, after, () => late[index++ % late.length]!);
        const findings = lintKeepalive(of);
        const cuts = findings.find(({ code }) => code === "user-timeout-cuts-probes");
        const outlasts = findings.find(({ code }) => code === "user-timeout-outlasts-probes");
        if (played < of.probes) expect(cuts).toBeDefined();
        if (played > of.probes) expect(outlasts).toBeDefined();
        for (const { values } of [cuts, outlasts].filter((finding) => finding !== undefined)) {
          expect(played).toBeGreaterThanOrEqual(values.fewestProbes!);
          expect(played).toBeLessThanOrEqual(values.mostProbes!);
          // Both can happen.
          expect(play(of, "data", () => 0)).toBe(values.mostProbes);
        }
      }),
    );
  });

  it("advice on the user timeout works: as many probes as it says, timers late or not", () => {
    fc.assert(
      fc.property(any, shares, fc.constantFrom("data", "answer"), (of, late, after) => {
        const about = ["no-user-timeout", "user-timeout-cuts-probes", "user-timeout-outlasts-probes"];
        const advised = lintKeepalive(of).find(({ code }) => about.includes(code));
        fc.pre(advised !== undefined);
        const { agreeingUserTimeoutMs, agreeingIntervalMs, agreeingProbes } = advised.values;
        const better = {
          ...of,
          userTimeoutMs: agreeingUserTimeoutMs!,
          intervalMs: agreeingIntervalMs!,
          probes: agreeingProbes!,
        };
        let index = 0;
        expect(play(better, after, () => late[index++ % late.length]!)).toBe(better.probes);
        const codesAfter = codes(lintKeepalive(better));
        expect(codesAfter).not.toContain("user-timeout-cuts-probes");
        expect(codesAfter).not.toContain("user-timeout-outlasts-probes");
        expect(codesAfter).not.toContain("no-user-timeout");
      }),
    );
  });

  it("a probe period at or above a time-out is always found, and one well below never", () => {
    const names = (Object.keys(MIDDLEBOXES) as MiddleboxName[]).filter(
      (name) => MIDDLEBOXES[name].keptBy === "any segment",
    );
    const around = (ms: number) =>
      fc.oneof(
        fc.integer({ min: 1, max: 32_767_000 }),
        fc.integer({ min: ms / 2, max: Math.min(2 * ms, 32_767_000) }),
      );
    const cases = fc
      .constantFrom(...names.filter((name) => MIDDLEBOXES[name].idleTimeoutMs < 32_767_000))
      .chain((name) => {
        const { idleTimeoutMs } = MIDDLEBOXES[name];
        return fc.tuple(fc.constant(name), around(idleTimeoutMs), around(idleTimeoutMs));
      });
    fc.assert(
      fc.property(cases, ([name, idleMs, intervalMs]) => {
        const { idleTimeoutMs } = MIDDLEBOXES[name];
        const found = codes(lintKeepalive({ idleMs, intervalMs, probes: 3 }, { path: [name] }));
        const longerMs = Math.max(idleMs, intervalMs);
        if (longerMs >= idleTimeoutMs) expect(found).toContain("middlebox-forgets");
        if (longerMs + 1000 < 0.88 * idleTimeoutMs) expect(found).not.toContain("middlebox-forgets");
        // Whatever stands on the path: the note that names nobody names this one.
        const unknown = lintKeepalive({ idleMs, intervalMs, probes: 3 });
        const note = unknown.find(({ code }) => code === "middlebox-forgets");
        if (longerMs >= idleTimeoutMs) expect(note?.message).toContain(MIDDLEBOXES[name].title);
      }),
    );
  });

  it("advice on idle time and interval works, to the second", () => {
    const names = Object.keys(MIDDLEBOXES) as MiddleboxName[];
    fc.assert(
      fc.property(any, fc.constantFrom(...names), (of, name) => {
        const context = { path: [name] };
        const advised = lintKeepalive(of, context).find(({ code }) => code === "middlebox-forgets");
        fc.pre(advised !== undefined);
        const mostMs = advised.values.longestPeriodMs!;
        const better = {
          ...of,
          ...(advised.advice.includes("idleMs") && { idleMs: mostMs }),
          ...(advised.advice.includes("intervalMs") && { intervalMs: mostMs }),
        };
        expect(codes(lintKeepalive(better, context))).not.toContain("middlebox-forgets");
        const longer = { ...better, idleMs: mostMs + 1000 };
        expect(codes(lintKeepalive(longer, context))).toContain("middlebox-forgets");
      }),
    );
  });

  it("a middlebox that no socket's settings fall behind is found for a system's", () => {
    const weeks = { idleMs: 1_209_600_000, intervalMs: 75_000, probes: 9 };
    const path = ["linux-conntrack"] as const;
    expect(codes(lintKeepalive(weeks, { path, range: "system" }))).toContain("middlebox-forgets");
    expect(() => lintKeepalive(weeks, { path })).toThrow(RangeError);
  });
});

describe("the evidence", () => {
  const trapped = [
    settings(7200, 75, 9),
    settings(1, 4, 1),
    settings(1, 1, 3, 10_000),
    settings(1, 1, 3, 3020),
    settings(1, 1, 10, 2500),
    settings(3, 1, 5, 500),
    { ...SOUND, idleMs: 500 },
  ];
  const all = [
    ...trapped.flatMap((of) => lintKeepalive(of)),
    ...lintKeepalive(settings(600, 12, 5), { path: Object.keys(MIDDLEBOXES) as MiddleboxName[] }),
  ];

  it("that is measured is a scenario that exists", () => {
    const measured = all.flatMap(({ evidence }) => evidence.filter((each) => each.kind === "measured"));
    const distinct = [...new Map(measured.map((each) => [`${each.file} ${each.scenario}`, each])).values()];
    expect(distinct.length).toBeGreaterThan(8);
    for (const { file, scenario } of distinct) {
      const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
      // Its name where it is defined, not any mention.
      const definition = new RegExp(`(name: |name = |\\bit\\(|\\bdescribe\\()"${scenario}"`);
      expect(text, `${scenario} in ${file}`).toMatch(definition);
    }
  });

  it("of how often a peer is asked is where probes are counted, not where deaths are timed", () => {
    const counted = ["interval-above-idle", "frequent-probes", "middlebox-forgets"];
    const files = all.flatMap(({ code, evidence }) =>
      evidence.flatMap((each) => (each.kind === "measured" ? [{ code, file: each.file }] : [])),
    );
    const counting = files.filter(({ file }) => file.endsWith("/keepalive-period.e2e.test.ts"));
    expect(new Set(counting.map(({ code }) => code))).toEqual(new Set(counted));
    expect(files.some(({ code, file }) => code === "interval-above-idle" && file.includes("bound"))).toBe(
      false,
    );
  });

  it("covers every kind of finding", () => {
    expect(new Set(codes(all)).size).toBe(11);
    for (const { code, evidence } of all) expect(evidence.length, code).toBeGreaterThan(0);
  });

  it("that is documented is a page of who makes it", () => {
    const hosts = Object.values(MIDDLEBOXES).map(({ source }) => new URL(source).host);
    expect(new Set(hosts)).toEqual(
      new Set([
        "learn.microsoft.com",
        "docs.aws.amazon.com",
        "aws.amazon.com",
        "github.com",
        "www.envoyproxy.io",
        "access.redhat.com",
        "cloud.google.com",
        "nginx.org",
        "www.rfc-editor.org",
        "docs.kernel.org",
      ]),
    );
  });
});

describe("wrong use", () => {
  it("is refused by name", () => {
    expect(() => lintKeepalive(settings(40_000, 1, 1))).toThrow(/idleMs .* not 40000000/);
    const path = ["toaster" as MiddleboxName];
    expect(() => lintKeepalive(SOUND, { path })).toThrow(/path must name .* not "toaster"/);
    const text = "azure-load-balancer" as never;
    expect(() => lintKeepalive(SOUND, { path: text })).toThrow(
      /^path must be a list .* not "azure-load-balancer"$/,
    );
    expect(() => lintKeepalive({ ...SOUND, userTimeoutMs: null as never })).toThrow(
      /^userTimeoutMs .* not null$/,
    );
    expect(() => lintKeepalive(undefined as never)).toThrow(/^settings must be an object .* not undefined$/);
    expect(() => lintKeepalive(SOUND, { path: ["toString" as MiddleboxName] })).toThrow(TypeError);
  });
});
