import type { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyKeepaliveWith } from "../src/apply-keepalive.js";
import {
  applyKeepalive,
  keepalive,
  keepalivePeers,
  keepaliveSocket,
  readKeepalive,
  readTcpInfo,
} from "../src/index.js";
import type { Unavailable } from "../src/system-calls.js";
import { FakeKernel, fakeSocket, LINUX } from "./support/fakes.js";

const settings = { idleMs: 10_000, intervalMs: 5000, probes: 3 };
const noKoffi: Unavailable = { kind: "unavailable", why: "koffi could not be loaded (MODULE_NOT_FOUND)" };

describe("through koffi, on a Node without the four arguments", () => {
  it("tells Node first, touches no more than what was asked for, the user timeout last, and reads all back", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(
      fakeSocket(kernel, 2),
      { ...settings, userTimeoutMs: 0 },
      kernel,
      "linux",
    );
    expect(kernel.log).toEqual([
      `${LINUX.enabled}=1`,
      `${LINUX.idle}=10`,
      `${LINUX.interval}=5`,
      `${LINUX.probes}=3`,
      `${LINUX.userTimeout}=0`,
    ]);
    expect(report).toEqual({
      enabled: true,
      idleMs: { asked: 10_000, effective: 10_000, means: "ffi", outcome: "as-asked" },
      intervalMs: { asked: 5000, effective: 5000, means: "ffi", outcome: "as-asked" },
      probes: { asked: 3, effective: 3, means: "ffi", outcome: "as-asked" },
      userTimeoutMs: { asked: 0, effective: 0, means: "ffi", outcome: "as-asked" },
    });
  });

  it("leaves a user timeout alone that was not asked for, and says what it is", () => {
    const kernel = new FakeKernel();
    kernel.options.set(LINUX.userTimeout, 4000);
    const report = applyKeepaliveWith(fakeSocket(kernel, 2), settings, kernel, "linux");
    expect(report.userTimeoutMs).toEqual({
      asked: undefined,
      effective: 4000,
      means: "none",
      outcome: "untouched",
    });
    expect(kernel.options.get(LINUX.userTimeout)).toBe(4000);
  });

  it("says that a user timeout replaces the count of probes", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(
      fakeSocket(kernel, 2),
      { ...settings, userTimeoutMs: 3000 },
      kernel,
      "linux",
    );
    expect(report.userTimeoutMs).toMatchObject({ asked: 3000, effective: 3000, outcome: "as-asked" });
    expect(report.probes).toEqual({
      asked: 3,
      effective: 3,
      means: "ffi",
      outcome: "as-asked",
      note: "a user timeout replaces the count of probes",
    });
  });

  it("rounds fractions of a second up, and says so", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(
      fakeSocket(kernel, 2),
      { ...settings, idleMs: 1500, intervalMs: 200 },
      kernel,
      "linux",
    );
    expect(report.idleMs).toEqual({
      asked: 1500,
      effective: 2000,
      means: "ffi",
      outcome: "rounded",
      note: "rounded up to whole seconds: 2000 ms",
    });
    expect(report.intervalMs).toMatchObject({ asked: 200, effective: 1000 });
    expect(report.probes).not.toHaveProperty("note");
  });

  it("reports the errno of an option that the kernel refuses, and what it holds instead", () => {
    const kernel = new FakeKernel();
    kernel.refused.set(LINUX.interval, "EINVAL");
    const report = applyKeepaliveWith(fakeSocket(kernel, 2), settings, kernel, "linux");
    expect(report.intervalMs).toEqual({
      asked: 5000,
      effective: 75_000,
      means: "none",
      outcome: "failed",
      note: "not set: EINVAL",
    });
    expect(report.idleMs).toMatchObject({ effective: 10_000, outcome: "as-asked" });
  });

  it("reports that keepalive could not be turned on", () => {
    const kernel = new FakeKernel();
    kernel.refused.set(LINUX.enabled, "EPERM");
    expect(applyKeepaliveWith(fakeSocket(kernel, 2), settings, kernel, "linux").enabled).toBe(false);
  });
});

describe("through Node's four arguments", () => {
  it("takes them first, and the user timeout through koffi", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(
      fakeSocket(kernel, 4),
      { ...settings, userTimeoutMs: 9000 },
      kernel,
      "linux",
    );
    expect(report).toMatchObject({
      enabled: true,
      idleMs: { effective: 10_000, means: "node" },
      intervalMs: { effective: 5000, means: "node" },
      probes: { effective: 3, means: "node" },
      userTimeoutMs: { effective: 9000, means: "ffi" },
    });
  });

  it("works without koffi, but says that nothing was read back and no user timeout set", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(
      fakeSocket(kernel, 4),
      { ...settings, userTimeoutMs: 9000 },
      noKoffi,
      "linux",
    );
    expect(kernel.options.get(LINUX.idle)).toBe(10);
    expect(kernel.options.get(LINUX.interval)).toBe(5);
    expect(kernel.options.get(LINUX.probes)).toBe(3);
    expect(report.enabled).toBeUndefined();
    expect(report.idleMs).toEqual({
      asked: 10_000,
      effective: undefined,
      means: "node",
      outcome: "unverified",
      note: `not read back: ${noKoffi.why}`,
    });
    expect(report.userTimeoutMs).toEqual({
      asked: 9000,
      effective: undefined,
      means: "none",
      outcome: "failed",
      note: `not set: ${noKoffi.why}`,
    });
  });

  it("sets again what Node believes to be set already", () => {
    const kernel = new FakeKernel();
    const socket = fakeSocket(kernel, 4);
    applyKeepaliveWith(socket, settings, kernel, "linux");
    kernel.options.set(LINUX.idle, 60);
    const report = applyKeepaliveWith(socket, settings, kernel, "linux");
    expect(report.idleMs).toMatchObject({ effective: 10_000, means: "node", outcome: "as-asked" });
  });

  it("finds out by reading back when Node fails in silence", () => {
    const kernel = new FakeKernel();
    kernel.refused.set(LINUX.idle, "EINVAL");
    const report = applyKeepaliveWith(fakeSocket(kernel, 4), settings, kernel, "linux");
    expect(report.idleMs).toMatchObject({
      outcome: "failed",
      note: "set to 10000, but the kernel holds 7200000",
    });
    expect(report.probes.note).toBe("set to 3, but the kernel holds 9");
  });

  it("works on Windows, where nothing can be read back", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(
      fakeSocket(kernel, 4, -1),
      { ...settings, userTimeoutMs: 9000 },
      kernel,
      "win32",
    );
    const why = "Node gives out no descriptor of a socket on Windows";
    expect(report.intervalMs).toMatchObject({ means: "node", note: `not read back: ${why}` });
    expect(report.userTimeoutMs).toMatchObject({ outcome: "failed", note: `not set: ${why}` });
    expect(kernel.options.get(LINUX.interval)).toBe(5);
  });
});

describe("through setKeepAlive(true, idleMs) alone", () => {
  it("sets the idle time, and says that interval and probes are forced", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(fakeSocket(kernel, 2), settings, noKoffi, "linux");
    expect(kernel.options.get(LINUX.idle)).toBe(10);
    expect(kernel.options.get(LINUX.interval)).toBe(1);
    expect(kernel.options.get(LINUX.probes)).toBe(10);
    expect(report).toEqual({
      enabled: undefined,
      idleMs: {
        asked: 10_000,
        effective: undefined,
        means: "node-idle-only",
        outcome: "unverified",
        note: `not read back: ${noKoffi.why}`,
      },
      intervalMs: {
        asked: 5000,
        effective: undefined,
        means: "none",
        outcome: "failed",
        note: `forced to 1 s: this Node cannot set it, and ${noKoffi.why}`,
      },
      probes: {
        asked: 3,
        effective: undefined,
        means: "none",
        outcome: "failed",
        note: `forced to 10: this Node cannot set it, and ${noKoffi.why}`,
      },
      userTimeoutMs: { asked: undefined, effective: undefined, means: "none", outcome: "untouched" },
    });
  });

  it("sets again what Node believes to be set already", () => {
    const kernel = new FakeKernel();
    const socket = fakeSocket(kernel, 2);
    applyKeepaliveWith(socket, settings, noKoffi, "linux");
    kernel.options.set(LINUX.idle, 60);
    applyKeepaliveWith(socket, settings, noKoffi, "linux");
    expect(kernel.options.get(LINUX.idle)).toBe(10);
  });

  it("hands Node whole seconds, since it cuts fractions off", () => {
    const kernel = new FakeKernel();
    applyKeepaliveWith(fakeSocket(kernel, 2), { ...settings, idleMs: 999 }, noKoffi, "linux");
    expect(kernel.options.get(LINUX.idle)).toBe(1);
  });
});

describe("on other systems", () => {
  it.each([
    ["darwin", ["6/16", "6/257", "6/258"], /^not set: macOS has none \(TCP_RXT_CONNDROPTIME/],
    ["freebsd", ["6/256", "6/512", "6/1024"], /^not set: FreeBSD has none \(TCP_MAXUNACKTIME/],
  ] as const)("sets all but the user timeout on %s, and says why not that", (platform, numbers, note) => {
    const kernel = new FakeKernel();
    kernel.options.clear();
    for (const number of ["65535/8", ...numbers]) kernel.options.set(number, 0);
    const report = applyKeepaliveWith(
      fakeSocket(kernel, 2),
      { ...settings, userTimeoutMs: 9000 },
      kernel,
      platform,
    );
    expect(numbers.map((number) => kernel.options.get(number))).toEqual([10, 5, 3]);
    expect(report).toMatchObject({
      idleMs: { effective: 10_000, outcome: "as-asked" },
      intervalMs: { effective: 5000, outcome: "as-asked" },
      probes: { effective: 3, outcome: "as-asked" },
      userTimeoutMs: { effective: undefined, means: "none", outcome: "failed" },
    });
    expect(report.userTimeoutMs.note).toMatch(note);
  });

  it.each([
    ["win32", "Node gives out no descriptor of a socket on Windows"],
    ["aix", "unsupported on aix"],
    ["sunos", "unsupported on sunos"],
    ["openbsd", "unsupported on openbsd"],
  ] as const)("never guesses an option's number on %s", (platform, why) => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(fakeSocket(kernel, 2), settings, kernel, platform);
    expect(report.idleMs.means).toBe("node-idle-only");
    for (const option of [report.intervalMs, report.probes]) {
      // libuv may well set 1 s and 10 there, as on Linux: nothing here says that it did not.
      expect(option).toMatchObject({
        means: "none",
        outcome: "failed",
        note: `left to Node, unknown here: this Node cannot set it, and ${why}`,
      });
    }
  });
});

it("says that a pipe is not TCP, and leaves it alone", () => {
  const kernel = new FakeKernel();
  const socket = Object.assign(fakeSocket(kernel, 4), { _handle: { fd: 7 } });
  const report = applyKeepaliveWith(socket, settings, kernel, "linux");
  expect(kernel.log).toEqual([]);
  expect(report.idleMs).toMatchObject({
    means: "none",
    outcome: "failed",
    note: "not set: the socket is not TCP",
  });
  expect(readKeepalive(socket)).toEqual({ kind: "unreadable", why: "the socket is not TCP" });
});

it("says that TLS over a stream that is no socket is not TCP, and leaves it alone", () => {
  const kernel = new FakeKernel();
  for (const fd of [-1, undefined]) {
    const socket = Object.assign(fakeSocket(kernel, 4), { _handle: { fd, setKeepAlive() {} } });
    for (const calls of [kernel, noKoffi]) {
      const report = applyKeepaliveWith(socket, { ...settings, userTimeoutMs: 1 }, calls, "linux");
      for (const name of ["idleMs", "intervalMs", "probes", "userTimeoutMs"] as const) {
        expect(report[name]).toMatchObject({
          means: "none",
          outcome: "failed",
          note: "not set: the socket is not TCP: it has no file descriptor",
        });
      }
    }
  }
  expect(kernel.log).toEqual([]);
});

describe("settings that are absent are left to the system", () => {
  const untouched = (effective: number | undefined) => ({
    asked: undefined,
    effective,
    means: "none",
    outcome: "untouched",
  });

  it.each([2, 4] as const)("by koffi, whatever Node takes: %d arguments", (parameters) => {
    const kernel = new FakeKernel();
    kernel.options.set(LINUX.idle, 86_400);
    const report = applyKeepaliveWith(fakeSocket(kernel, parameters), { intervalMs: 5000 }, kernel, "linux");
    expect(kernel.log).toEqual([`${LINUX.enabled}=1`, `${LINUX.interval}=5`]);
    expect(report).toEqual({
      enabled: true,
      // Of the system, and more than a socket can be given.
      idleMs: untouched(86_400_000),
      intervalMs: { asked: 5000, effective: 5000, means: "ffi", outcome: "as-asked" },
      probes: untouched(9),
      userTimeoutMs: untouched(0),
    });
  });

  it.each([2, 4] as const)("all of them: keepalive is on, and no more, with %d arguments", (parameters) => {
    for (const calls of ["koffi", "none"]) {
      const kernel = new FakeKernel();
      const means = calls === "koffi" ? kernel : noKoffi;
      const report = applyKeepaliveWith(fakeSocket(kernel, parameters), {}, means, "linux");
      expect(kernel.log).toEqual([`${LINUX.enabled}=1`]);
      const read = calls === "koffi";
      expect(report.enabled).toBe(read ? true : undefined);
      expect(report.idleMs).toEqual(untouched(read ? 7_200_000 : undefined));
      expect(report.probes).toEqual(untouched(read ? 9 : undefined));
    }
  });

  it("but without koffi Node changes two that were to be left alone, and the report says so", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(fakeSocket(kernel, 2), { idleMs: 9000 }, noKoffi, "linux");
    expect(kernel.options.get(LINUX.interval)).toBe(1);
    expect(report.idleMs).toMatchObject({ means: "node-idle-only", outcome: "unverified" });
    expect(report.intervalMs).toEqual({
      asked: undefined,
      effective: undefined,
      means: "none",
      outcome: "failed",
      note: `forced to 1 s: this Node cannot set it, and ${noKoffi.why}`,
    });
    expect(report.probes.note).toContain("forced to 10: ");
  });

  it("and what cannot be set without the idle time is not, and says so", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(fakeSocket(kernel, 4), { probes: 3 }, noKoffi, "linux");
    expect(kernel.log).toEqual([`${LINUX.enabled}=1`]);
    expect(report.probes).toMatchObject({
      outcome: "failed",
      note: `not set: this Node cannot set it alone, and ${noKoffi.why}`,
    });
    expect(report.idleMs.outcome).toBe("untouched");
  });

  it("and are checked where they are given", () => {
    const wrong = () => applyKeepaliveWith({} as Socket, { intervalMs: 0 }, noKoffi, "linux");
    expect(wrong).toThrow(/^intervalMs .* not 0$/);
  });
});

describe("a socket whose setKeepAlive throws, as that of an HTTP/2 session does", () => {
  const refusing = (kernel: FakeKernel): Socket =>
    new Proxy(fakeSocket(kernel, 4), {
      get(target, name) {
        if (name === "setKeepAlive") throw Object.assign(new Error("hands off"), { code: "ERR_HANDS_OFF" });
        return Reflect.get(target, name);
      },
    });

  it("is set by its descriptor, SO_KEEPALIVE and all", () => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(refusing(kernel), { ...settings, userTimeoutMs: 9 }, kernel, "linux");
    expect(kernel.log).toEqual([
      `${LINUX.enabled}=1`,
      `${LINUX.idle}=10`,
      `${LINUX.interval}=5`,
      `${LINUX.probes}=3`,
      `${LINUX.userTimeout}=9`,
    ]);
    expect(report.enabled).toBe(true);
    expect(report.probes).toMatchObject({ means: "ffi", outcome: "as-asked" });
  });

  it("is reported with the code where there is no koffi", () => {
    const report = applyKeepaliveWith(refusing(new FakeKernel()), settings, noKoffi, "linux");
    for (const name of ["idleMs", "intervalMs", "probes"] as const) {
      expect(report[name]).toMatchObject({
        means: "none",
        outcome: "failed",
        note: `not set: Node refuses (ERR_HANDS_OFF), and ${noKoffi.why}`,
      });
    }
    expect(report.userTimeoutMs.outcome).toBe("untouched");
  });

  it("and that tells nothing of itself is reported too", () => {
    const over = new Proxy({} as Socket, {
      get() {
        throw Object.assign(new Error("over"), { code: "ERR_OVER" });
      },
    });
    const why = "the socket tells nothing of itself (ERR_OVER)";
    expect(applyKeepalive(over, settings).idleMs).toMatchObject({
      outcome: "failed",
      note: `not set: ${why}`,
    });
    expect(readKeepalive(over)).toEqual({ kind: "unreadable", why });
    if (process.platform === "linux") expect(readTcpInfo(over)).toEqual({ kind: "unreadable", why });
  });
});

it("names what is missing altogether", () => {
  const nothing = undefined as never;
  expect(() => applyKeepalive(nothing, settings)).toThrow(/^socket must be a net\.Socket, not undefined$/);
  expect(() => applyKeepalive(nothing, nothing)).toThrow(/^settings must be an object .* not undefined$/);
  expect(() => keepaliveSocket(nothing, settings)).toThrow(/^socket must be a net\.Socket, not undefined$/);
  expect(() => keepalivePeers(nothing, settings)).toThrow(/^server must be a net\.Server, not undefined$/);
  expect(() => keepalive(nothing)).toThrow(/^options must be an object .* not undefined$/);
  expect(() => keepalive({ port: 1, settings: nothing })).toThrow(/^settings must be an object/);
  const onReport = 5 as never;
  const wrong = /^onReport must be a function, not 5$/;
  expect(() => keepaliveSocket({} as Socket, settings, { onReport })).toThrow(wrong);
  expect(() => keepalivePeers({} as never, settings, { onReport })).toThrow(wrong);
  expect(() => keepalive({ port: 1, settings, onReport })).toThrow(wrong);
  expect(() => keepalive({ port: 1, settings, onSocket: onReport })).toThrow(/^onSocket must be/);
});

describe("a socket that is not connected", () => {
  it.each([
    [{ destroyed: true, pending: true }, "not set: the socket is destroyed"],
    [{ destroyed: false, pending: true }, "not set: the socket is not connected yet"],
  ])("%o is left alone, and the report says so", (state, note) => {
    const kernel = new FakeKernel();
    const socket = Object.assign(fakeSocket(kernel, 4), state);
    const report = applyKeepaliveWith(socket, settings, kernel, "linux");
    expect(kernel.log).toEqual([]);
    const untouched = { effective: undefined, means: "none", note };
    expect(report).toMatchObject({ enabled: undefined, idleMs: untouched, intervalMs: untouched });
    expect(report).toMatchObject({ probes: untouched, userTimeoutMs: { asked: undefined, means: "none" } });
    expect(readKeepalive(socket)).toEqual({ kind: "unreadable", why: note.replace("not set: ", "") });
  });
});

describe("settings outside the kernel's ranges", () => {
  it.each([
    ["idleMs", 0],
    ["idleMs", -1000],
    ["idleMs", 32_767_001],
    ["idleMs", Number.NaN],
    ["idleMs", Number.POSITIVE_INFINITY],
    ["intervalMs", 0],
    ["intervalMs", 32_768_000],
    ["probes", 0],
    ["probes", 128],
    ["probes", 2.5],
    ["userTimeoutMs", -1],
    ["userTimeoutMs", 2 ** 31],
    ["userTimeoutMs", 0.5],
  ])("%s %d throws with name and value, and sets nothing", (name, value) => {
    let touched = false;
    const socket = new Proxy({} as Socket, {
      get() {
        touched = true;
      },
    });
    const wrong = () => applyKeepalive(socket, { ...settings, [name]: value });
    expect(wrong).toThrow(RangeError);
    expect(wrong).toThrow(new RegExp(`^${name} .*${value}$`));
    expect(touched).toBe(false);
  });

  it.each([
    [{ idleMs: 1000, intervalMs: 1000, probes: 1, userTimeoutMs: 0 }],
    [{ idleMs: 32_767_000, intervalMs: 32_767_000, probes: 127, userTimeoutMs: 2 ** 31 - 1 }],
  ])("%o are the last ones inside", (extreme) => {
    const kernel = new FakeKernel();
    const report = applyKeepaliveWith(fakeSocket(kernel, 2), extreme, kernel, "linux");
    for (const name of ["idleMs", "intervalMs", "probes", "userTimeoutMs"] as const) {
      expect(report[name].effective).toBe(extreme[name]);
    }
  });
});

it("never sets less than was asked, nor a second more, and says which, whatever the means", () => {
  const timeMs = fc.double({ min: 1, max: 32_767_000, noNaN: true });
  const any = fc.record({
    idleMs: timeMs,
    intervalMs: timeMs,
    probes: fc.integer({ min: 1, max: 127 }),
    userTimeoutMs: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  });
  fc.assert(
    fc.property(any, fc.constantFrom(2 as const, 4 as const), (wanted, parameters) => {
      const kernel = new FakeKernel();
      const report = applyKeepaliveWith(fakeSocket(kernel, parameters), wanted, kernel, "linux");
      for (const name of ["idleMs", "intervalMs"] as const) {
        const { effective = Number.NaN, outcome } = report[name];
        expect(effective).toBeGreaterThanOrEqual(wanted[name]);
        expect(effective).toBeLessThan(wanted[name] + 1000);
        expect(outcome).toBe(effective === wanted[name] ? "as-asked" : "rounded");
      }
      for (const name of ["probes", "userTimeoutMs"] as const) {
        expect(report[name]).toMatchObject({ effective: wanted[name], outcome: "as-asked" });
      }
    }),
  );
});
