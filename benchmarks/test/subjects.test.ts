import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { lintKeepalive } from "@heartwire/tcp-keepalive";
import { Server as EngineServer } from "engine.io";
import { connect as connectMqtt } from "mqtt";
import { afterEach, describe, expect, test, vi } from "vitest";
import { setWsHeartbeat } from "ws-heartbeat/client.js";
import type { FaultEffect } from "../faults/index.js";
import { type Expectation, NOMINAL, quickSubjects, subjects } from "../subjects/index.js";

const require = createRequire(import.meta.url);

/** What runs amqplib's heartbeats; not among its exports. */
const { Heart } = require(join(dirname(require.resolve("amqplib")), "lib", "heartbeat.js")) as {
  readonly Heart: new (
    intervalS: number,
    hasSent: () => boolean,
    hasHeard: () => boolean,
  ) => EventEmitter & { clear(): void };
};

const HUNG: FaultEffect = { kind: "process-hung" };
const CUT: FaultEffect = {
  kind: "path-cut",
  directions: "both",
  packets: "dropped",
  unacknowledgedData: false,
};
const CUT_IN_FLIGHT: FaultEffect = { ...CUT, unacknowledgedData: true };

const cuts: FaultEffect[] = (["both", "to-peer", "to-monitor"] as const).flatMap((directions) =>
  (["dropped", "refused", "unsendable"] as const).flatMap((packets) =>
    [true, false].map((unacknowledgedData) => ({
      kind: "path-cut" as const,
      directions,
      packets,
      unacknowledgedData,
    })),
  ),
);

const harmless: FaultEffect[] = (["loss", "delay", "outage", "stall", "nat"] as const).map((by) => ({
  kind: "harmless",
  by,
}));

const effects: FaultEffect[] = [
  { kind: "process-ended" },
  HUNG,
  { kind: "application-unhealthy" },
  { kind: "host-rebooted" },
  { kind: "silent-behind-proxy" },
  ...cuts,
  ...harmless,
];

const ASKED_FOR_HEALTH = ["tcp", "udp-echo", "udp-beat", "websocket-messages"];

function subject(name: string) {
  const found = subjects.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no subject "${name}"`);
  return found;
}

/** Best and worst in whole seconds, rounded down: what timers add is less than that. */
function seconds(expectation: Expectation | undefined): readonly [number, number] | "never" | undefined {
  if (expectation?.kind !== "detected") return expectation?.kind;
  // A round trip less than a round number is that number.
  return [Math.round(expectation.bestMs / 1000), Math.floor(expectation.worstMs / 1000)];
}

function expectSane(expectation: Expectation): void {
  if (expectation.kind === "never") {
    expect(expectation.why).toMatch(/^[a-z].*[^.]$/);
    return;
  }
  expect(expectation.bestMs).toBeGreaterThanOrEqual(0);
  expect(expectation.worstMs).toBeGreaterThanOrEqual(expectation.bestMs);
  expect(expectation.worstMs).toBeLessThan(24 * 3_600_000);
}

describe.each(subjects.map((each) => [each.name, each] as const))("%s", (_name, each) => {
  test("expects a sane span of every fault, nominal and at its defaults", () => {
    for (const effect of effects) {
      expectSane(each.expectDetection(effect, NOMINAL));
      if (each.atDefaults) expectSane(each.atDefaults.expectDetection(effect));
    }
  });

  test("never calls death what leaves the peer alive", () => {
    for (const effect of harmless) expect(each.expectDetection(effect, NOMINAL).kind).toBe("never");
  });

  test("sees a process end at once where its kernel closes a connection, and else no later than silence", () => {
    const ended = each.expectDetection({ kind: "process-ended" }, NOMINAL);
    expect(ended).toMatchObject({ kind: "detected" });
    expect(ended.kind === "detected" && ended.worstMs).toBeLessThan(each.protocol === "tcp" ? 50 : 3100);
  });

  test("finds a hung process unless its evidence is the kernel's", () => {
    const hung = each.expectDetection(HUNG, NOMINAL);
    expect(hung.kind).toBe(each.proves === "connection" ? "never" : "detected");
  });

  test("finds an unhealthy application only if its peer asks the health check before it answers", () => {
    const unhealthy = each.expectDetection({ kind: "application-unhealthy" }, NOMINAL);
    expect(unhealthy.kind).toBe(ASKED_FOR_HEALTH.includes(each.name) ? "detected" : "never");
  });

  test("says how it is set, in words that follow the settings", () => {
    expect(each.settingsInWords(NOMINAL)).toMatch(/\d/);
    expect(each.settingsInWords({ intervalMs: 4000, misses: 5 })).not.toBe(each.settingsInWords(NOMINAL));
    expect(each.atDefaults?.settingsInWords).not.toBe("");
  });

  test("costs octets in proportion to its frames, and less when it asks less often", () => {
    const once = each.expectWire(NOMINAL);
    const seldom = each.expectWire({ ...NOMINAL, intervalMs: 8 * NOMINAL.intervalMs });
    for (const way of ["out", "in"] as const) {
      expect(once.octetsPerHour[way]).toBeGreaterThanOrEqual(46 * once.framesPerHour[way]);
      expect(once.octetsPerHour[way]).toBeLessThanOrEqual(100 * once.framesPerHour[way]);
      expect(seldom.octetsPerHour[way]).toBeLessThanOrEqual(once.octetsPerHour[way] / 4);
    }
    expect(once.octetsPerHour.out + once.octetsPerHour.in).toBeGreaterThan(0);
  });
});

describe("what is expected of each, in seconds", () => {
  test.each([
    ["tcp-keepalive", [2, 3], "never", [925, 1043]],
    ["tcp-keepalive-user-timeout", [2, 3], "never", [3, 3]],
    ["node-keepalive", [10, 12], "never", [925, 1043]],
    ["net-keepalive", [2, 3], "never", [925, 1043]],
    ["websocket-messages", [2, 3], [2, 3], [2, 3]],
    ["ws-readme", [2, 3], [2, 3], [2, 3]],
    ["ws-heartbeat", [30, 33], [30, 33], [30, 33]],
    ["engine.io", [2, 3], [2, 3], [2, 3]],
    ["grpc-js", [2, 3], [2, 3], [2, 3]],
    ["mqtt", [1, 3], [1, 3], [1, 3]],
    ["amqplib", [1, 3], [1, 3], [1, 3]],
  ])("%s at one second and three misses: cut %j, hung %j, cut in flight %j", (name, cut, hung, inFlight) => {
    const { expectDetection } = subject(name);
    expect(seconds(expectDetection(CUT, NOMINAL))).toEqual(cut);
    expect(seconds(expectDetection(HUNG, NOMINAL))).toEqual(hung);
    expect(seconds(expectDetection(CUT_IN_FLIGHT, NOMINAL))).toEqual(inFlight);
  });

  test.each([
    ["tcp-keepalive", [675, 8875], "never"],
    ["node-keepalive", "never", "never"],
    ["net-keepalive", "never", "never"],
    ["ws-readme", [30, 60], [30, 60]],
    ["ws-heartbeat", [65, 150], [65, 150]],
    ["engine.io", [20, 45], [20, 45]],
    ["grpc-js", "never", "never"],
    ["mqtt", [30, 90], [30, 90]],
    ["amqplib", [90, 180], [90, 180]],
  ])("%s at its defaults: cut %j, hung %j", (name, cut, hung) => {
    const { atDefaults } = subject(name);
    expect(seconds(atDefaults?.expectDetection(CUT))).toEqual(cut);
    expect(seconds(atDefaults?.expectDetection(HUNG))).toEqual(hung);
  });
});

describe("the common budget", () => {
  /** What a subject's own knobs do not allow. */
  const ELSEWHERE: Readonly<Record<string, number>> = { "node-keepalive": 11_000, "ws-heartbeat": 33_000 };

  test.each(subjects.map((each) => [each.name, each] as const))(
    "%s: three seconds at worst, or what its knobs force",
    (name, each) => {
      const budget = ELSEWHERE[name] ?? 3000;
      const cut = each.expectDetection(CUT, NOMINAL);
      if (cut.kind !== "detected") throw new Error(cut.why);
      // The kernel's timers are up to an eighth late, and a heartbeat's answer is a round trip old.
      expect(cut.worstMs).toBeGreaterThanOrEqual(budget);
      expect(cut.worstMs).toBeLessThan(budget * 1.13);
      expect(each.settingsInWords(NOMINAL)).toMatch(new RegExp(`: ${budget / 1000} s at worst$`));
    },
  );

  test("the user timeout and the number of probes say the same", () => {
    const codes = lintKeepalive({ idleMs: 1000, intervalMs: 1000, probes: 2, userTimeoutMs: 3000 }).map(
      ({ code }) => code,
    );
    expect(subject("tcp-keepalive-user-timeout").settingsInWords(NOMINAL)).toContain(
      "2 probes, user timeout 3 s",
    );
    expect(codes).not.toContain("user-timeout-cuts-probes");
    expect(codes).not.toContain("user-timeout-outlasts-probes");
  });
});

test("where only the other end is deaf, amqplib's broker gives up: it waits for beats that are further apart", () => {
  const deaf = subject("amqplib").expectDetection({ ...CUT, directions: "to-peer" }, NOMINAL);
  const mute = subject("amqplib").expectDetection({ ...CUT, directions: "to-monitor" }, NOMINAL);
  expect(deaf).toMatchObject({ bestMs: 999 });
  expect(mute).toMatchObject({ bestMs: 1499 });
});

test("a rebooted host answers the first probe of the kernel, or the second", () => {
  const rebooted = subject("tcp-keepalive").expectDetection({ kind: "host-rebooted" }, NOMINAL);
  expect(seconds(rebooted)).toEqual([0, 2]);
});

describe("the defaults, as the installed libraries have them", () => {
  afterEach(() => vi.useRealTimers());

  test("engine.io: 25 s and 20 s", () => {
    expect(new EngineServer().opts).toMatchObject({ pingInterval: 25_000, pingTimeout: 20_000 });
    expect(subject("engine.io").atDefaults?.settingsInWords).toBe("pingInterval 25 s, pingTimeout 20 s");
  });

  test("MQTT.js: 60 s", () => {
    const client = connectMqtt("mqtt://localhost", { manualConnect: true });
    expect(client.options.keepalive).toBe(60);
    expect(subject("mqtt").atDefaults?.settingsInWords).toMatch(/^keepalive 60 s, .*: 90 s at worst$/);
  });

  test("amqplib: beats at every second half interval, and gives up at the second look in a row in vain", () => {
    vi.useFakeTimers();
    let sent = true;
    let heard = true;
    const said: [string, number][] = [];
    const take = (value: boolean, clear: () => void) => {
      clear();
      return value;
    };
    const heart = new Heart(
      60,
      () => take(sent, () => (sent = false)),
      () => take(heard, () => (heard = false)),
    );
    const startedAtMs = Date.now();
    heart.on("beat", () => {
      sent = true;
      said.push(["beat", Date.now() - startedAtMs]);
    });
    heart.on("timeout", () => said.push(["timeout", Date.now() - startedAtMs]));
    vi.advanceTimersByTime(180_000);
    heart.clear();
    const beats = [60_000, 120_000, 180_000].map((atMs) => ["beat", atMs]);
    expect(said.filter(([what]) => what === "beat")).toEqual(beats);
    expect(said.filter(([what]) => what === "timeout")).toEqual([["timeout", 180_000]]);
  });

  test("ws-heartbeat: pings every 25 s, and closes at the first look, every 60 s, that has heard nothing", () => {
    vi.useFakeTimers();
    const socket = { send: vi.fn(), close: vi.fn(), addEventListener: vi.fn() };
    setWsHeartbeat(socket, "ping");
    vi.advanceTimersByTime(24_999);
    expect(socket.send).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(socket.send).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(34_999);
    expect(socket.close).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(socket.close).toHaveBeenCalledOnce();
  });
});

describe("the lists", () => {
  test("name each contender once; the quick six come from them", () => {
    const names = subjects.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(subjects.map(({ title }) => title)).size).toBe(subjects.length);
    expect(quickSubjects).toHaveLength(7);
    expect(quickSubjects.filter((each) => !subjects.includes(each))).toEqual([]);
  });
});
