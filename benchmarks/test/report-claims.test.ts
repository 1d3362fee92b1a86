import { describe, expect, test } from "vitest";
import { answer } from "../report/answer.js";
import { catalogueOf } from "../report/catalogue.js";
import { claims, judgeClaims, withClaims } from "../report/claims.js";
import { livingPeers } from "../report/living-peers.js";
import { mistakesIn } from "../report/mistakes.js";
import { headlines } from "../report/page/headlines.js";
import { renderPage } from "../report/page/page.js";
import type { FaultRow, Results, Trial } from "../report/results.js";
import { detectionTable } from "../report/tables.js";
import { fixtureFaults, syntheticResults } from "./report-fixture.js";

const base = syntheticResults({ links: 10 });

function verdict(id: string, results: Results): string {
  const judged = judgeClaims(results).find((claim) => claim.id === id);
  expect(judged?.figures, id).toBeTruthy();
  return judged!.verdict;
}

const KEEPALIVE = (subject: string) => subject === "tcp-keepalive";
const HEARTBEAT = (subject: string) =>
  ["tcp", "udp-echo", "udp-beat", "websocket-ping", "websocket-message"].includes(subject);

/** The same results, with every trial of some subjects under some effects noticed after so long, or not at all. */
function noticing(
  results: Results,
  subjects: (name: string) => boolean,
  effect: (effect: FaultRow["effect"]) => boolean,
  latencyMs: number | null,
): Results {
  const faults = new Set(fixtureFaults.filter((fault) => effect(fault.effect)).map(({ name }) => name));
  const change = (trial: Trial): Trial =>
    subjects(trial.subject) && faults.has(trial.fault)
      ? { ...trial, detected: latencyMs !== null, latencyMs, cause: latencyMs === null ? null : "silence" }
      : trial;
  return { ...results, trials: results.trials.map(change) };
}

function without(results: Results, effect: (effect: FaultRow["effect"]) => boolean): Results {
  const gone = new Set(fixtureFaults.filter((fault) => effect(fault.effect)).map(({ name }) => name));
  return { ...results, trials: results.trials.filter(({ fault }) => !gone.has(fault)) };
}

/** One heartbeat's payloads came, or did not. */
function carrying(results: Results, beats: number, intact: number): Results {
  return { ...results, carried: [{ subject: "tcp", payloadOctets: 64, seconds: 10, beats, intact }] };
}

const is = (kind: FaultRow["effect"]["kind"]) => (effect: FaultRow["effect"]) => effect.kind === kind;
const cut = (data: boolean) => (effect: FaultRow["effect"]) =>
  effect.kind === "path-cut" && effect.unacknowledgedData === data;
const nat = (effect: FaultRow["effect"]) => effect.kind === "harmless" && effect.by === "nat";
const unseen = (effect: FaultRow["effect"]) =>
  ["process-hung", "application-unhealthy", "silent-behind-proxy"].includes(effect.kind);
const kernel = (more: object): Results => ({
  ...base,
  environment: { ...base.environment, kernelKeepalive: { ...base.environment.kernelKeepalive!, ...more } },
});
const octets = (factor: number): Results => ({
  ...base,
  wire: base.wire.map((row) => (KEEPALIVE(row.subject) ? { ...row, seconds: row.seconds / factor } : row)),
});
const MACHINE = /whole machine/;
const PROCESS = /watching process/;
/** Keepalive's CPU changed, for the rows of that name. */
const cpu = (name: RegExp, value: number, spread = { p5: value * 0.95, p95: value * 1.07 }): Results => ({
  ...base,
  cost: base.cost.map((row) =>
    row.subject === "tcp-keepalive" && name.test(row.name) ? { ...row, value, spread } : row,
  ),
});
const cpuOfProcess = (value: number): Results => {
  const changed = cpu(PROCESS, value);
  return { ...changed, cost: changed.cost.filter(({ name }) => !MACHINE.test(name)) };
};
const noise = { p5: -2, p95: 9 };

test.each<[string, string, Results]>([
  ["off-by-default", "true", base],
  ["off-by-default", "depends", kernel({ idleS: 600 })],
  ["off-by-default", "false", kernel({ idleS: 600, onByDefault: true })],
  ["off-by-default", "not measured", kernel({ onByDefault: null })],
  ["connection-only", "true", base],
  ["connection-only", "depends", noticing(base, KEEPALIVE, is("process-hung"), 3000)],
  ["connection-only", "false", noticing(base, KEEPALIVE, unseen, 3000)],
  ["connection-only", "not measured", without(base, unseen)],
  ["application-works", "depends", base],
  ["application-works", "true", noticing(base, HEARTBEAT, is("application-unhealthy"), 2500)],
  ["application-works", "false", noticing(base, HEARTBEAT, unseen, null)],
  ["application-works", "not measured", without(base, is("application-unhealthy"))],
  ["any-transport", "true", base],
  ["any-transport", "depends", noticing(base, (name) => name === "udp-echo", cut(false), null)],
  ["any-transport", "false", noticing(base, HEARTBEAT, cut(false), null)],
  ["any-transport", "not measured", without(base, cut(false))],
  ["carries-more", "depends", base],
  ["carries-more", "true", noticing(base, HEARTBEAT, is("application-unhealthy"), 2500)],
  [
    "carries-more",
    "false",
    noticing(
      noticing(base, HEARTBEAT, is("application-unhealthy"), null),
      KEEPALIVE,
      is("application-unhealthy"),
      3000,
    ),
  ],
  ["carries-more", "not measured", without(base, is("application-unhealthy"))],
  ["carries-more", "true", carrying(base, 113, 113)],
  ["carries-more", "true", carrying(without(base, is("application-unhealthy")), 113, 113)],
  ["carries-more", "false", carrying(base, 113, 112)],
  ["crashed-process", "depends", base],
  ["crashed-process", "true", noticing(base, KEEPALIVE, is("process-ended"), 3000)],
  ["crashed-process", "false", noticing(base, KEEPALIVE, is("process-ended"), null)],
  ["crashed-process", "not measured", without(base, is("process-ended"))],
  ["network-cut", "depends", base],
  ["network-cut", "true", noticing(base, KEEPALIVE, cut(true), 4000)],
  ["network-cut", "false", noticing(base, KEEPALIVE, cut(false), null)],
  ["network-cut", "not measured", without(base, cut(true))],
  ["reboot", "true", base],
  ["reboot", "false", noticing(base, KEEPALIVE, is("host-rebooted"), null)],
  ["reboot", "not measured", without(base, is("host-rebooted"))],
  ["nat", "depends", base],
  ["nat", "true", kernel({ idleS: 2 })],
  ["nat", "false", noticing(base, KEEPALIVE, nat, 3000)],
  ["nat", "not measured", without(base, nat)],
  ["fewer-octets", "depends", base],
  ["fewer-octets", "true", octets(0.1)],
  ["fewer-octets", "false", octets(10)],
  ["fewer-octets", "not measured", { ...base, wire: [] }],
  ["kernel-cheaper", "true", base],
  ["kernel-cheaper", "depends", cpu(MACHINE, 30)],
  ["kernel-cheaper", "false", cpu(MACHINE, 100)],
  // The machine's row decides, whatever the process' says.
  ["kernel-cheaper", "true", cpu(PROCESS, 100)],
  // UDP beats lie within the spread of keepalive, and then do not decide.
  ["kernel-cheaper", "true", cpu(MACHINE, 9.6)],
  // Noise about zero decides nothing: the process' row is next, and is about zero too.
  ["kernel-cheaper", "not measured", cpu(MACHINE, 3.1, noise)],
  ["kernel-cheaper", "not measured", cpuOfProcess(0)],
  ["kernel-cheaper", "true", cpuOfProcess(1)],
  ["kernel-cheaper", "false", cpuOfProcess(100)],
  ["kernel-cheaper", "not measured", { ...base, cost: [] }],
])("%s is %s when the figures say so", (id, expected, results) => {
  expect(verdict(id, results)).toBe(expected);
});

test("the claim about the kernel's cost says what did not decide", () => {
  const uncertain = { ...base, cost: cpu(MACHINE, 3.1, noise).cost };
  const figures = judgeClaims(uncertain).find(({ id }) => id === "kernel-cheaper")?.figures;
  expect(figures).toMatch(/^too uncertain to tell; CPU of the whole machine.*\[-2 to 9\].*\(undecided\)/);
  expect(figures).toContain("CPU of the watching process");
});

test("what heartbeats carried stands before what they can say by silence", () => {
  const figures = judgeClaims(carrying(base, 113, 112)).find(({ id }) => id === "carries-more")?.figures;
  expect(figures).toMatch(
    /^64 octets of the application's came whole with 112 of 113 beats over TCP heartbeat; .*unhealthy application stops/,
  );
});

test("a reboot's figure tells it from a cut", () => {
  const figures = judgeClaims(base).find(({ id }) => id === "reboot")?.figures;
  expect(figures).toMatch(/^a host that is back .* one that is away for longer is a cut until then/);
});

test("no claim is judged without figures", () => {
  const { kernelKeepalive: _, ...environment } = base.environment;
  const empty = { ...base, environment, trials: [], wire: [], cost: [] };
  expect(judgeClaims(empty).map(({ verdict }) => verdict)).toEqual(claims.map(() => "not measured"));
});

test("a claim states the very figures it was judged by", () => {
  const figures = Object.fromEntries(judgeClaims(base).map(({ id, figures }) => [id, figures]));
  expect(figures["off-by-default"]).toContain("7200 s + 9 × 75 s = 7875 s");
  expect(figures["connection-only"]).toContain("0 of 20 links");
  expect(figures["carries-more"]).toContain("4 octets in UDP beat");
  expect(figures["kernel-cheaper"]).toBe(
    "CPU of the whole machine, both ends, per check, 200 peers: keepalive 3.1 µs [2.9 to 3.3], " +
      "UDP beat 9.6 µs [9.1 to 10] and TCP heartbeat 61 µs [58 to 66]",
  );
  expect(figures["application-works"]).toContain(
    `a hung process (the sum of "peer process hangs (SIGSTOP)" and "peer's event loop is blocked")`,
  );
  expect(figures["crashed-process"]).toMatch(
    /"peer process exits" on 10 of 10 links, median .*; "peer process is killed \(SIGKILL\)" on 10 of 10/,
  );
  expect(figures["carries-more"]).toContain("an unhealthy application stops answering");
  expect(figures["carries-more"]).toContain("WebSocket ping 0 of 10");
  expect(figures.reboot).toContain("a host that is back at once");
  expect(figures.nat).toContain("the mapping's timeout of 3 s; the kernel's own idle time is 7200 s");
  expect(figures["fewer-octets"]).toMatch(/^each frame at least 60 octets.*UDP echo \d+ kB \(1\.0\d ×\)/);
  expect(withClaims(base).claims).toEqual(judgeClaims(base));
});

describe("harmless faults", () => {
  test("a verdict is a mistake, before the fault and after it; hours are those watched", () => {
    const trials = base.trials.filter(({ subject, fault }) => subject === "tcp" && fault === "outage");
    const one = [
      { ...trials[0]!, detected: true, latencyMs: 1 },
      { ...trials[1]!, mistakes: 2 },
      ...trials.slice(2),
    ];
    expect(mistakesIn(one, () => true)).toMatchObject({
      mistakes: 3,
      links: 10,
      peerHours: 300 / 3600,
      perPeerHour: 36,
    });
    expect(mistakesIn(one, () => false)?.mistakes).toBe(2);
    const { watchedMs: _, ...unknown } = trials[0]!;
    expect(mistakesIn([unknown], () => true)?.perPeerHour).toBeUndefined();
    expect(mistakesIn([], () => true)).toBeUndefined();
  });

  test("whoever does not notice them did not miss anything, in the answer and in the table", () => {
    const calm = noticing(base, () => true, is("harmless"), null);
    const sentences = answer(calm).join("\n");
    for (const { title, effect } of fixtureFaults) {
      if (effect.kind === "harmless") expect(sentences).not.toContain(title);
    }
    expect(sentences).toContain("none was called dead");
    expect(detectionTable(calm)).not.toContain("called dead");
  });

  test("whoever calls a living peer dead is named", () => {
    const hasty = noticing(base, (name) => name === "engine-io", nat, 500);
    expect(answer(hasty).join("\n")).toMatch(
      /called dead: .*at "NAT mapping expires while idle" by engine\.io \(10 of 10\)/,
    );
    expect(detectionTable(hasty)).toContain("called dead");
  });

  test("a heartbeat that cannot see a fault is said to, and not blamed", () => {
    expect(answer(base)[1]).toMatch(/as predicted, not .*WebSocket ping at "application is ill/);
  });
});

describe("the NAT and its control", () => {
  const fault = fixtureFaults.find(({ effect }) => nat(effect))!;
  const control = {
    name: "silent",
    title: "silent TCP",
    kind: "control",
    proves: "connection",
    protocol: "tcp",
  } as const;
  const [sample] = base.trials.filter((trial) => KEEPALIVE(trial.subject) && trial.fault === fault.name);
  const withControl = (detected: boolean): Results => ({
    ...base,
    settings: { ...base.settings, subjects: { ...base.settings.subjects, silent: "nothing is said" } },
    subjects: [...base.subjects!, control],
    trials: [
      ...base.trials,
      {
        ...sample!,
        subject: "silent",
        kind: "control",
        detected,
        latencyMs: detected ? 11_000 : null,
        cause: null,
      },
    ],
  });

  test("keepalive keeps a mapping that a silent connection loses", () => {
    const judged = judgeClaims(withControl(true)).find(({ id }) => id === "nat");
    expect(judged).toMatchObject({
      verdict: "depends",
      figures: expect.stringContaining(
        "timeout of 3 s, and 0 of 1 silent ones (silent TCP); the kernel's own idle",
      ),
    });
  });

  test("where the silent one keeps it too, the NAT has shown nothing", () => {
    expect(verdict("nat", withControl(false))).toBe("not measured");
  });

  test("a control is no contender: in no table of theirs, but among the living peers called dead", () => {
    const results = withControl(true);
    expect(catalogueOf(results).subjects).toEqual(catalogueOf(base).subjects);
    expect(detectionTable(results)).not.toContain("silent TCP");
    expect(livingPeers(results).map(({ subject }) => subject.name)).toContain("silent");
    expect(renderPage(results)).toContain("silent TCP");
    expect(answer(results).join(" ")).not.toMatch(/called dead:.*silent TCP/);
    expect(headlines(results)).toEqual(headlines(base));
  });
});
