import { createRequire } from "node:module";
import { getSystemErrorName } from "node:util";
import type { OptionNumber } from "./option-numbers.js";

/** setsockopt and getsockopt, for options that are one C int; and for those that are a structure. */
export interface SystemCalls {
  readonly kind: "available";
  /** Sets the option. Returns `undefined` on success, else the errno's name, such as "EINVAL". */
  setOption(fd: number, option: OptionNumber, value: number): string | undefined;
  /** Returns the option's value, or the errno's name. */
  getOption(fd: number, option: OptionNumber): number | string;
  /** Copies an option that is a structure, or its beginning. Returns the octets written, or the errno's name. */
  getStructure(fd: number, option: OptionNumber, into: Uint8Array): number | string;
}

/** Why something cannot be had here. */
export interface Unavailable {
  readonly kind: "unavailable";
  readonly why: string;
}

/** The part of koffi that is used; declared here since koffi, being optional, may have no types either. */
interface Koffi {
  load(path: null): { func(declaration: string): (...values: unknown[]) => number };
  errno(): number;
}

/** Loads a module, or throws. */
export type ModuleLoader = (name: string) => unknown;

let loaded: SystemCalls | Unavailable | undefined;

/** The system calls of this process. Loads koffi at the first call, and never again. */
export function systemCalls(): SystemCalls | Unavailable {
  loaded ??= loadSystemCalls(createRequire(import.meta.url));
  return loaded;
}

/** Binds the two system calls through koffi, or says why not. */
export function loadSystemCalls(load: ModuleLoader): SystemCalls | Unavailable {
  try {
    return bindSystemCalls(load("koffi") as Koffi);
  } catch (error) {
    return { kind: "unavailable", why: `koffi could not be loaded (${reasonOf(error)})` };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The first line only: Node appends the whole require stack to the message.
  return "code" in error ? String(error.code) : (error.message.split("\n", 1)[0] ?? error.name);
}

function bindSystemCalls(koffi: Koffi): SystemCalls {
  // Node's own process image has its libc in it already, be it glibc, musl or another.
  const libc = koffi.load(null);
  const set = libc.func("int setsockopt(int fd, int level, int name, const void *value, uint32_t length)");
  const get = libc.func("int getsockopt(int fd, int level, int name, void *value, void *length)");
  const value = new Int32Array(1);
  const length = new Uint32Array(1);
  const failure = (): string => getSystemErrorName(-koffi.errno());
  return {
    kind: "available",
    setOption(fd, option, wanted) {
      value[0] = wanted;
      const result = set(fd, option.level, option.name, value, value.byteLength);
      return result === 0 ? undefined : failure();
    },
    getOption(fd, option) {
      length[0] = value.byteLength;
      const result = get(fd, option.level, option.name, value, length);
      return result === 0 ? value[0]! : failure();
    },
    getStructure(fd, option, into) {
      length[0] = into.byteLength;
      const result = get(fd, option.level, option.name, into, length);
      return result === 0 ? length[0]! : failure();
    },
  };
}
