import type { Socket } from "node:net";
import { type OptionKey, type PlatformOptions, platformOptions } from "./option-numbers.js";
import { descriptorOf } from "./socket-handle.js";
import type { SystemCalls, Unavailable } from "./system-calls.js";

/**
 * The options of one connected socket, in the kernel's own units: seconds for idle time and interval.
 * Valid only until the turn ends: the file descriptor may be somebody else's after that.
 */
export interface SocketOptions {
  readonly kind: "available";
  /** Returns `undefined` on success, else why not. */
  set(option: OptionKey, value: number): string | undefined;
  /** Returns the value, or why there is none. */
  get(option: OptionKey): number | string;
}

/** Reaches a connected socket's options through its file descriptor, or says why not. */
export function optionsOf(
  socket: Socket,
  calls: SystemCalls | Unavailable,
  platform: NodeJS.Platform,
): SocketOptions | Unavailable {
  const known = platformOptions(platform);
  if (known === undefined) return { kind: "unavailable", why: `unsupported on ${platform}` };
  if (known.whyUnreachable !== undefined) return { kind: "unavailable", why: known.whyUnreachable };
  if (calls.kind === "unavailable") return calls;
  const fd = descriptorOf(socket);
  return typeof fd === "number" ? optionsOfDescriptor(fd, calls, known) : fd;
}

function optionsOfDescriptor(fd: number, calls: SystemCalls, known: PlatformOptions): SocketOptions {
  const { numbers, whyNoUserTimeout = "unsupported" } = known;
  return {
    kind: "available",
    set(option, value) {
      const number = numbers[option];
      return number === undefined ? whyNoUserTimeout : calls.setOption(fd, number, value);
    },
    get(option) {
      const number = numbers[option];
      return number === undefined ? whyNoUserTimeout : calls.getOption(fd, number);
    },
  };
}
