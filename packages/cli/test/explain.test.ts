import { keepaliveBound } from "@heartwire/core";
import { parseSoKeepalive, type SystemKeepalive } from "@heartwire/tcp-keepalive";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explain } from "../src/explain/report.js";
import { renderExplanation } from "../src/explain/view.js";
import { memoryTerminal } from "./support/memory-terminal.js";

const SYSTEM: SystemKeepalive = {
  kind: "read",
  idleMs: 7_200_000,
  intervalMs: 75_000,
  probes: 9,
  retries2: 15,
  rtoMaxMs: 120_000,
};
const UNREADABLE: SystemKeepalive = { kind: "unreadable", why: "no /proc" };

const explainOf = (setting: string, userTimeoutMs = 0, system: SystemKeepalive = SYSTEM) =>
  explain(setting, parseSoKeepalive(setting), userTimeoutMs, system);

/** Golden: a change of this is a change of what scripts read. */
test("the report of 30m::10", () => {
  const { outcomes, traps, ...report } = explainOf("30m::10");
  expect(report).toEqual({
    schema: 1,
    command: "explain",
    setting: "30m::10",
    keepalive: "on",
    settings: {
      idleMs: { value: 1_800_000, from: "given" },
      intervalMs: { value: 75_000, from: "system" },
      probes: { value: 10, from: "given" },
    },
    userTimeoutMs: 0,
    system: SYSTEM,
    octetsPerDay: 6336,
    equivalents: [
      {
        name: "Node, with @heartwire/tcp-keepalive",
        lines: ["applyKeepalive(socket, { idleMs: 1800000, probes: 10 });"],
      },
      {
        name: "Node 24.19, 26.4 and later",
        lines: ["socket.setKeepAlive(true, 1800000, 75000, 10);"],
        note: "leaves nothing to the system: its present values stand in",
      },
      { name: "nginx", lines: ["listen 443 so_keepalive=30m::10;"] },
      {
        name: "/etc/sysctl.d/60-keepalive.conf",
        lines: ["net.ipv4.tcp_keepalive_time = 1800", "net.ipv4.tcp_keepalive_probes = 10"],
        note: "holds only for sockets that turn keepalive on and set nothing else; it turns none on or off",
      },
      {
        name: "C",
        lines: [
          "setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int));",
          "setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &(int){1800}, sizeof(int));",
          "setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &(int){10}, sizeof(int));",
        ],
      },
      {
        name: "Netty (epoll)",
        lines: [
          "bootstrap.option(ChannelOption.SO_KEEPALIVE, true);",
          "bootstrap.option(EpollChannelOption.TCP_KEEPIDLE, 1800);",
          "bootstrap.option(EpollChannelOption.TCP_KEEPCNT, 10);",
        ],
      },
      {
        name: "JDK 11 and later",
        lines: [
          "socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);",
          "socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1800);",
          "socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 10);",
        ],
      },
    ],
  });
  const settings = { idleMs: 1_800_000, intervalMs: 75_000, probes: 10 };
  expect(outcomes).toEqual({
    idle: { kind: "noticed", ...keepaliveBound(settings) },
    unacknowledgedData: { kind: "noticed", ...keepaliveBound(settings, { unacknowledgedData: true }) },
    hungProcess: expect.objectContaining({ kind: "never" }),
  });
  expect(traps?.map(({ code }) => code)).toContain("middlebox-forgets");
});

describe("explain", () => {
  test("a user timeout decides, and who cannot set it says so", () => {
    const { outcomes, equivalents, traps } = explainOf("10:5:3", 12_000);
    expect(outcomes.idle).toMatchObject({ decidedBy: "user-timeout" });
    expect(outcomes.unacknowledgedData).toMatchObject({ decidedBy: "user-timeout" });
    expect(traps?.[0]?.code).toBe("user-timeout-cuts-probes");
    const mention = equivalents
      .filter(({ lines }) => lines.some((line) => /user.?timeout/i.test(line)))
      .map(({ name }) => name);
    expect(mention).toEqual(["Node, with @heartwire/tcp-keepalive", "C", "Netty (epoll)"]);
    for (const { name, note } of equivalents) {
      expect(note?.includes("user timeout") ?? false, name).toBe(!mention.includes(name));
    }
  });

  test("off: silence is never noticed, unacknowledged data is", () => {
    const { settings, outcomes, octetsPerDay, traps, equivalents } = explainOf("off");
    expect({ settings, octetsPerDay, traps }).toEqual({ settings: null, octetsPerDay: 0, traps: [] });
    expect(outcomes.idle.kind).toBe("never");
    expect(outcomes.unacknowledgedData).toMatchObject({ kind: "noticed", decidedBy: "retransmissions" });
    expect(equivalents.flatMap(({ lines }) => lines)).toEqual([
      "socket.setKeepAlive(false);",
      "listen 443 so_keepalive=off;",
      "setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &(int){0}, sizeof(int));",
      "bootstrap.option(ChannelOption.SO_KEEPALIVE, false);",
      "socket.setOption(StandardSocketOptions.SO_KEEPALIVE, false);",
    ]);
  });

  test("the system's own tcp_retries2 decides about unacknowledged data", () => {
    const few = explainOf("on", 0, { ...SYSTEM, retries2: 5 }).outcomes.unacknowledgedData;
    const many = explainOf("on").outcomes.unacknowledgedData;
    if (few.kind !== "noticed" || many.kind !== "noticed") throw new Error("not noticed");
    expect(few.detectionMs.worst).toBeLessThan(many.detectionMs.worst / 10);
  });

  test("what only the system knows is unknown where it cannot be asked", () => {
    const { settings, outcomes, octetsPerDay, traps, equivalents } = explainOf("30m::10", 0, UNREADABLE);
    expect(settings?.intervalMs).toEqual({ value: null, from: "unknown" });
    expect(outcomes.idle.kind).toBe("unknown");
    expect(outcomes.unacknowledgedData).toEqual({
      kind: "unknown",
      why: expect.stringContaining("no /proc"),
    });
    expect({ octetsPerDay, traps }).toEqual({ octetsPerDay: null, traps: null });
    expect(equivalents.filter(({ lines }) => lines.length === 0)).toEqual([
      {
        name: "Node 24.19, 26.4 and later",
        lines: [],
        note: "needs every value, and a value is the system's, which could not be read",
      },
    ]);
  });

  test("all values given need no system, but for unacknowledged data without a user timeout", () => {
    expect(explainOf("10:5:3", 0, UNREADABLE).outcomes.idle.kind).toBe("noticed");
    expect(explainOf("10:5:3", 20_000, UNREADABLE).outcomes.unacknowledgedData.kind).toBe("noticed");
  });

  test("a system's value that no socket can be given is explained as any other", () => {
    const day = { ...SYSTEM, idleMs: 86_400_000 };
    const { outcomes, octetsPerDay, traps, equivalents } = explainOf(":5s:", 0, day);
    if (outcomes.idle.kind !== "noticed") throw new Error("not noticed");
    expect(outcomes.idle.schedule[0]).toEqual({ atMs: 86_400_000, what: "probe" });
    expect(outcomes.idle.schedule.at(-1)?.atMs).toBe(86_445_000);
    expect(octetsPerDay).toBe(132);
    expect(traps?.map(({ code }) => code)).toContain("middlebox-forgets");
    expect(equivalents.slice(0, 2)).toEqual([
      {
        name: "Node, with @heartwire/tcp-keepalive",
        lines: ["applyKeepalive(socket, { intervalMs: 5000 });"],
      },
      {
        name: "Node 24.19, 26.4 and later",
        lines: [],
        note: expect.stringMatching(
          /^needs every value, and no socket can be given the system's: idleMs .* not 86400000$/,
        ),
      },
    ]);
    const { terminal } = memoryTerminal();
    expect(renderExplanation(explainOf("on", 0, day), terminal)).toContain("socket.setKeepAlive(true);");
  });

  test("a system's value that cannot be is no crash", () => {
    const { outcomes, octetsPerDay } = explainOf("on", 0, { ...SYSTEM, probes: 0 });
    expect(outcomes.idle).toEqual({ kind: "unknown", why: expect.stringContaining("probes") });
    expect(octetsPerDay).toBeNull();
  });

  test("every setting can be explained and shown, and the timeline ends with the verdict", () => {
    const { terminal } = memoryTerminal();
    const part = (max: number) => fc.integer({ min: 1, max }).map(String);
    const setting = fc.tuple(part(32_767), part(32_767), part(127)).map((parts) => parts.join(":"));
    const userTimeoutMs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0x7fff_ffff }));
    fc.assert(
      fc.property(fc.oneof(setting, fc.constantFrom("on", "off")), userTimeoutMs, (text, ms) => {
        const report = explainOf(text, ms);
        const shown = renderExplanation(report, terminal);
        expect(shown).not.toMatch(/undefined|NaN|Infinity|\[object/);
        expect(shown.includes("gives up")).toBe(report.outcomes.idle.kind === "noticed");
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      }),
      { numRuns: 50 },
    );
  });
});

test("the explanation for people", () => {
  const { terminal } = memoryTerminal();
  const shown = renderExplanation(explainOf("10:5:9"), terminal);
  expect(shown).toContain("idle          10 s (given): silence before the first probe");
  const timeline = shown.slice(shown.indexOf("After the last thing heard"), shown.indexOf("On the wire"));
  expect(timeline.trimEnd().split("\n").slice(1)).toEqual([
    "  10 s  a probe",
    "  15 s  a probe",
    "  20 s  a probe",
    "  … 5 more",
    "  50 s  a probe",
    "  55 s  gives up: the socket fails with ETIMEDOUT",
  ]);
});
