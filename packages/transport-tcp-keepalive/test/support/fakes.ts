import type { Socket } from "node:net";
import type { OptionNumber } from "../../src/option-numbers.js";
import type { SystemCalls } from "../../src/system-calls.js";

/** Linux's numbers again, written out, so that the table under test is not tested against itself. */
export const LINUX = {
  enabled: "1/9",
  idle: "6/4",
  interval: "6/5",
  probes: "6/6",
  userTimeout: "6/18",
} as const;

const keyOf = ({ level, name }: OptionNumber): string => `${level}/${name}`;

/** A kernel that keeps one socket's options, refuses what it is told to, and logs every setsockopt. */
export class FakeKernel implements SystemCalls {
  readonly kind = "available";
  readonly options = new Map<string, number>([
    [LINUX.enabled, 0],
    [LINUX.idle, 7200],
    [LINUX.interval, 75],
    [LINUX.probes, 9],
    [LINUX.userTimeout, 0],
  ]);
  readonly log: string[] = [];
  readonly refused = new Map<string, string>();

  set(key: string, value: number): string | undefined {
    this.log.push(`${key}=${value}`);
    const errno = this.refused.get(key) ?? (this.options.has(key) ? undefined : "ENOPROTOOPT");
    if (errno === undefined) this.options.set(key, value);
    return errno;
  }

  setOption(_fd: number, option: OptionNumber, value: number): string | undefined {
    return this.set(keyOf(option), value);
  }

  getOption(_fd: number, option: OptionNumber): number | string {
    return this.options.get(keyOf(option)) ?? "ENOPROTOOPT";
  }

  getStructure(): string {
    return "ENOPROTOOPT";
  }
}

/**
 * A connected socket with Node's `setKeepAlive`, four-argument or two-argument, over a {@link FakeKernel}: with
 * Node's cache, its forced values, and its silence about failures.
 */
export function fakeSocket(kernel: FakeKernel, parameters: 2 | 4, fd = 7): Socket {
  let cached = "false";
  const apply = (enable: boolean, idleMs = 0, intervalMs = 1000, count = 10): void => {
    const wanted = enable ? [idleMs, intervalMs, count].join() : "false";
    if (wanted === cached) return;
    cached = wanted;
    kernel.set(LINUX.enabled, enable ? 1 : 0);
    // Without an idle time libuv sets no more: measured with Node 20.20, 24.21 and 26.10.
    if (!enable || idleMs === 0) return;
    const failed = kernel.set(LINUX.idle, Math.trunc(idleMs / 1000));
    if (failed !== undefined) return;
    kernel.set(LINUX.interval, Math.trunc(intervalMs / 1000));
    kernel.set(LINUX.probes, count);
  };
  const setKeepAlive =
    parameters === 4
      ? (enable: boolean, idleMs: number, intervalMs: number, count: number) =>
          apply(enable, idleMs, intervalMs, count)
      : (enable: boolean, idleMs: number) => apply(enable, idleMs);
  return {
    destroyed: false,
    pending: false,
    _handle: { fd, setKeepAlive },
    setKeepAlive,
  } as unknown as Socket;
}
