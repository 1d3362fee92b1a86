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
/** A minute, five probes over a minute, and a user timeout that agrees. */
const SOUND = settings(60, 12, 5, 120_000);
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
    { code: "interval-above-idle", trapped: settings(60, 75, 5), free: settings(75, 75, 5) },
    { code: "frequent-probes", trapped: settings(9, 9, 9), free: settings(10, 9, 9) },
    { code: "fraction-of-second", trapped: { ...SOUND, idleMs: 60_500 }, free: SOUND },
    { code: "middlebox-forgets", trapped: settings(300, 12, 5), free: settings(200, 12, 5) },
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
    expect(find("no-user-timeout", settings(10, 5, 3), { system: lowered }).values).toEqual({
      idleWorstMs: keepaliveBound(settings(10, 5, 3)).detectionMs.worst,
      unacknowledgedWorstMs: keepaliveBound(of, conditions).detectionMs.worst,
    });
    // 116 s, which is sooner than the idle connection's 135 s.
    expect(codes(lintKeepalive(of, { system: lowered }))).not.toContain("no-user-timeout");
  });

  it("of the user timeout are those that were measured", () => {
    expect(find("user-timeout-cuts-probes", settings(1, 1, 10, 2500)).values).toMatchObject({
      effectiveProbes: 2,
      agreeingUserTimeoutMs: 11_000,
    });
    const below = find("user-timeout-cuts-probes", settings(3, 1, 5, 500));
    expect(below.values).toMatchObject({ effectiveProbes: 1 });
    expect(below.message).toContain("over before the first goes out");
    expect(find("user-timeout-outlasts-probes", settings(1, 1, 3, 10_000)).values).toMatchObject({
      effectiveProbes: 9,
    });
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
    expect(values.longestIdleMs).toBe(212_000);
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

  it("advice on the user timeout works", () => {
    fc.assert(
      fc.property(any, (of) => {
        const advised = lintKeepalive(of).find(({ values }) => "agreeingUserTimeoutMs" in values);
        fc.pre(advised !== undefined);
        const userTimeoutMs = advised.values.agreeingUserTimeoutMs!;
        fc.pre(userTimeoutMs <= 0x7fff_ffff);
        const after = codes(lintKeepalive({ ...of, userTimeoutMs }));
        expect(after).not.toContain("user-timeout-cuts-probes");
        expect(after).not.toContain("user-timeout-outlasts-probes");
        expect(after).not.toContain("no-user-timeout");
      }),
    );
  });

  it("advice on the idle time works, to the second", () => {
    const names = Object.keys(MIDDLEBOXES) as MiddleboxName[];
    fc.assert(
      fc.property(any, fc.constantFrom(...names), (of, name) => {
        const context = { path: [name] };
        const advised = lintKeepalive(of, context).find(({ code }) => code === "middlebox-forgets");
        fc.pre(advised !== undefined);
        const longestIdleMs = advised.values.longestIdleMs!;
        expect(codes(lintKeepalive({ ...of, idleMs: longestIdleMs }, context))).not.toContain(
          "middlebox-forgets",
        );
        const longer = { ...of, idleMs: longestIdleMs + 1000 };
        expect(codes(lintKeepalive(longer, context))).toContain("middlebox-forgets");
      }),
    );
  });
});

describe("the evidence", () => {
  const trapped = [
    settings(7200, 75, 9),
    settings(1, 4, 1),
    settings(1, 1, 3, 10_000),
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
      expect(text.includes(`"${scenario}"`), `${scenario} in ${file}`).toBe(true);
    }
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
    expect(() => lintKeepalive(SOUND, { path: ["toString" as MiddleboxName] })).toThrow(TypeError);
  });
});
