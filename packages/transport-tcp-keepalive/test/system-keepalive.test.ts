import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepaliveBound } from "@heartwire/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type SystemKeepalive, suggestSysctl, watchSystemKeepalive } from "../src/index.js";
import { readSystemKeepalive } from "../src/system-keepalive.js";
import { watchReadings } from "../src/system-keepalive-watch.js";

const DEFAULTS = { tcp_keepalive_time: "7200\n", tcp_keepalive_intvl: "75\n", tcp_keepalive_probes: "9\n" };

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "system-keepalive-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

describe("readSystemKeepalive", () => {
  it("turns the kernel's seconds into milliseconds", () => {
    const directory = directoryWith({ ...DEFAULTS, tcp_retries2: "8\n", tcp_rto_max_ms: "5000\n" });
    expect(readSystemKeepalive("linux", directory)).toEqual({
      kind: "read",
      idleMs: 7_200_000,
      intervalMs: 75_000,
      probes: 9,
      retries2: 8,
      rtoMaxMs: 5000,
    });
  });

  it("knows the longest time-out of kernels that have no setting for it", () => {
    const directory = directoryWith({ ...DEFAULTS, tcp_retries2: "15\n" });
    expect(readSystemKeepalive("linux", directory)).toMatchObject({ rtoMaxMs: 120_000 });
  });

  it("says which file could not be read", () => {
    expect(readSystemKeepalive("linux", directoryWith(DEFAULTS))).toEqual({
      kind: "unreadable",
      why: expect.stringMatching(/ENOENT.*tcp_retries2/),
    });
  });

  it.each(["", "soon", "-1", "1e3", "9".repeat(100)])("does not take %j for a number", (text) => {
    const directory = directoryWith({ ...DEFAULTS, tcp_retries2: text });
    expect(readSystemKeepalive("linux", directory)).toEqual({
      kind: "unreadable",
      why: expect.stringContaining("tcp_retries2 holds no count"),
    });
  });

  it.each([
    ["darwin", /net\.inet\.tcp\.keepidle/],
    ["freebsd", /net\.inet\.tcp\.keepidle/],
    ["win32", /KeepAliveTime/],
    ["aix", /cannot read them on aix$/],
  ] as const)("on %s says where they are, if it knows", (platform, why) => {
    expect(readSystemKeepalive(platform, "/nowhere")).toEqual({
      kind: "unreadable",
      why: expect.stringMatching(why),
    });
  });
});

describe("the watch", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const reading = (probes: number): SystemKeepalive => ({
    kind: "read",
    idleMs: 7_200_000,
    intervalMs: 75_000,
    probes,
    retries2: 15,
    rtoMaxMs: 120_000,
  });

  it("tells each change once, with what was before", () => {
    let now: SystemKeepalive = reading(9);
    const listener = vi.fn();
    const watch = watchReadings(() => ({ ...now }), listener, { everyMs: 1000 });
    vi.advanceTimersByTime(5000);
    expect(listener).not.toHaveBeenCalled();
    now = reading(5);
    vi.advanceTimersByTime(5000);
    expect(listener.mock.calls).toEqual([[reading(5), reading(9)]]);
    now = { kind: "unreadable", why: "gone" };
    vi.advanceTimersByTime(1000);
    expect(listener).toHaveBeenLastCalledWith(now, reading(5));
    expect(watch.current).toEqual(now);
    watch.close();
  });

  it("ends with close(), twice too, and with the signal, and then leaves no timer and no listener", () => {
    const { signal, abort, remove } = watchedSignal();
    const one = watchReadings(() => reading(9), vi.fn(), { signal });
    const two = watchReadings(() => reading(9), vi.fn(), { signal });
    expect(vi.getTimerCount()).toBe(2);
    one.close();
    one.close();
    expect(vi.getTimerCount()).toBe(1);
    abort();
    expect(vi.getTimerCount()).toBe(0);
    expect(remove).toHaveBeenCalledTimes(3);
    two.close();
  });

  it("never begins when the signal is aborted already", () => {
    watchReadings(() => reading(9), vi.fn(), { signal: AbortSignal.abort() });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not keep the process alive", () => {
    vi.useRealTimers();
    const handles = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = handles();
    const watch = watchSystemKeepalive(() => {});
    // Node lists timers only while they are referenced.
    expect(handles()).toBe(before);
    watch.close();
  });

  it("refuses periods that make no sense", () => {
    expect(() => watchSystemKeepalive(() => {}, { everyMs: 10 })).toThrow(/everyMs .* not 10/);
  });

  function watchedSignal() {
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, "removeEventListener");
    return { signal: controller.signal, abort: () => controller.abort(), remove };
  }
});

describe("suggestSysctl", () => {
  it("keeps its word, wastes little of the time, and is never rash", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 65_534_000 }), (detectWithinMs) => {
        const { settings, retries2, idleWithinMs, unacknowledgedWithinMs } = suggestSysctl({
          detectWithinMs,
        });
        expect(idleWithinMs).toBe(keepaliveBound(settings).detectionMs.worst);
        expect(idleWithinMs).toBeLessThanOrEqual(detectWithinMs);
        expect(idleWithinMs).toBeGreaterThan(detectWithinMs * 0.85);
        expect(settings.probes).toBeGreaterThanOrEqual(4);
        expect(settings.idleMs).toBeGreaterThanOrEqual(settings.intervalMs * 2);
        expect(retries2).toBeGreaterThanOrEqual(8);
        expect(retries2).toBeLessThanOrEqual(15);
        if (retries2 > 8) expect(unacknowledgedWithinMs).toBeLessThanOrEqual(detectWithinMs);
      }),
    );
  });

  it("prints lines that sysctl takes", () => {
    const { lines } = suggestSysctl({ detectWithinMs: 60_000 });
    expect(lines.filter((line) => !line.startsWith("# "))).toEqual([
      "net.ipv4.tcp_keepalive_time = 28",
      "net.ipv4.tcp_keepalive_intvl = 5",
      "net.ipv4.tcp_keepalive_probes = 5",
      "net.ipv4.tcp_retries2 = 8",
    ]);
  });

  it.each([9_999, 65_534_001, Number.NaN])("refuses %d", (detectWithinMs) => {
    expect(() => suggestSysctl({ detectWithinMs })).toThrow(/detectWithinMs must be/);
  });
});
