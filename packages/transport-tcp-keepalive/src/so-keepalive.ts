import { MAX_KEEPALIVE_PROBES, MAX_KEEPALIVE_TIME_MS, requireInteger } from "@heartwire/core";

/** What nginx's parameter sets; what is absent keeps the system's value. */
export interface SoKeepaliveSettings {
  /** Silence before the first probe: whole seconds, 1000 to 32 767 000. */
  readonly idleMs?: number;
  /** Between unanswered probes: whole seconds, 1000 to 32 767 000. */
  readonly intervalMs?: number;
  /** Unanswered probes until the kernel gives up: 1 to 127. */
  readonly probes?: number;
}

/** A value of nginx's `so_keepalive`: `on` with no settings means the system's values throughout. */
export type SoKeepalive =
  | { readonly kind: "off" }
  | { readonly kind: "on"; readonly settings: SoKeepaliveSettings };

/** A part of the value `idle:interval:probes`. */
export type SoKeepalivePart = "idle" | "interval" | "probes";

/**
 * Why a text is no value of `so_keepalive`. `reason` is `syntax` where nginx refuses it too, and `range` where
 * nginx lets it pass, and the kernel then refuses it at every single connection; or where nginx, which keeps but 32
 * bits, lets it pass as another value.
 */
export class SoKeepaliveError extends RangeError {
  override readonly name = "SoKeepaliveError";

  constructor(
    message: string,
    readonly reason: "syntax" | "range",
    /** The part at fault; `undefined`: the value as a whole. */
    readonly part: SoKeepalivePart | undefined,
    /** Where in the text it goes wrong, counted from 0. */
    readonly position: number,
  ) {
    super(message);
  }
}

/** In nginx's order: of these each may stand once, from the longest to the shortest. In seconds. */
const UNITS = new Map([
  ["y", 365n * 86_400n],
  ["M", 30n * 86_400n],
  ["w", 7n * 86_400n],
  ["d", 86_400n],
  ["h", 3600n],
  ["m", 60n],
  ["s", 1n],
]);
const UNIT_NAMES = [...UNITS.keys()];

/** One part of the text. */
interface Field {
  readonly part: SoKeepalivePart;
  readonly text: string;
  /** Of its first character in the whole text. */
  readonly start: number;
}

/**
 * Reads a value of nginx's `so_keepalive`: `on`, `off`, or `idle:interval:probes` such as `30m::10`, where a part
 * that is empty or 0 keeps the system's value, and trailing colons may be left out.
 *
 * Times are in seconds, or have the units `y M w d h m s`, each at most once and from the longest to the shortest:
 * `1h30m`. A last number without a unit is seconds: `1h30` is 3630 s. The grammar is nginx's own to the letter
 * (ngx_parse_time and ngx_http_core_listen; a test asks nginx itself): so spaces may stand between the terms of a
 * time, and a unit without a number counts 0 if there is a number elsewhere in it. So are its limits: it refuses
 * what is beyond 64 bits, and what its 32 bits take for an error, -1, or for nothing, 0, in every part.
 *
 * One pass over the text; the time grows with its length, memory does not.
 *
 * @throws SoKeepaliveError when nginx refuses the text, and when a value is beyond the kernel's range (32 767 s,
 * 127 probes), which nginx does not check.
 * @throws TypeError when `text` is no string.
 */
export function parseSoKeepalive(text: string): SoKeepalive {
  if (typeof text !== "string") throw new TypeError(`so_keepalive must be a string, not ${typeof text}`);
  if (text === "off") return { kind: "off" };
  if (text === "on") return { kind: "on", settings: {} };
  const [idle, interval, probes] = fieldsOf(text);
  // All are read before any is measured: a text that nginx refuses is wrong in syntax, whatever else it is.
  const idleSeconds = readSeconds(idle);
  const intervalSeconds = readSeconds(interval);
  const count = readCount(probes);
  const nginxTakes = [idleSeconds, intervalSeconds, count].map((value) => BigInt.asIntN(NGINX_BITS, value));
  [idle, interval, probes].forEach((field, index) => {
    if (nginxTakes[index] !== NGINX_ERROR) return;
    throw failure(field, 0, "syntax", "is what nginx, which keeps 32 bits of it, takes for an error");
  });
  if (nginxTakes.every((value) => value === 0n)) {
    const kept =
      idleSeconds + intervalSeconds + count === 0n ? "" : " to nginx, which keeps 32 bits of each value";
    throw new SoKeepaliveError(
      `so_keepalive ${quote(text)} sets nothing${kept}: write "on", "off", or at least one value, such as "30m::10"`,
      "syntax",
      undefined,
      0,
    );
  }
  const idleMs = 1000 * inRange(idle, idleSeconds, MAX_KEEPALIVE_TIME_MS / 1000, "s");
  const intervalMs = 1000 * inRange(interval, intervalSeconds, MAX_KEEPALIVE_TIME_MS / 1000, "s");
  const probeCount = inRange(probes, count, MAX_KEEPALIVE_PROBES, "probes");
  return {
    kind: "on",
    settings: {
      ...(idleMs > 0 && { idleMs }),
      ...(intervalMs > 0 && { intervalMs }),
      ...(probeCount > 0 && { probes: probeCount }),
    },
  };
}

/** Cuts at the first two colons. */
function fieldsOf(text: string): readonly [Field, Field, Field] {
  const end = (from: number): number => {
    const colon = text.indexOf(":", from);
    return colon < 0 ? text.length : colon;
  };
  const first = end(0);
  const second = end(first + 1);
  return [
    { part: "idle", text: text.slice(0, first), start: 0 },
    { part: "interval", text: text.slice(first + 1, second), start: first + 1 },
    { part: "probes", text: text.slice(second + 1), start: second + 1 },
  ];
}

/** NGX_MAX_INT_T_VALUE on 64 bits: what ngx_parse_time and ngx_atoi can reckon with. */
const NGINX_MAX = 2n ** 63n - 1n;
/** The result goes to a C int. */
const NGINX_BITS = 32;
/** NGX_ERROR, which that int may then look like. */
const NGINX_ERROR = -1n;

/** Seconds. */
function readSeconds(field: Field): bigint {
  const { text } = field;
  if (text === "") return 0n;
  let total = 0n;
  let value = 0n;
  let sawDigit = false;
  /** The longest unit that may still come. */
  let next = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (isDigit(char)) {
      value = withDigit(field, at, value);
      sawDigit = true;
      continue;
    }
    // A space ends a number without a unit, after which no unit may come. After a unit it means nothing.
    const unit = char === " " ? UNIT_NAMES.length : UNIT_NAMES.indexOf(char);
    if (unit < 0 || (char === "m" && text[at + 1] === "s")) throw notATime(field, at);
    if (unit < next || next === UNIT_NAMES.length) throw outOfOrder(field, at);
    total = notTooLong(field, at, total + value * (UNITS.get(char) ?? 1n));
    value = 0n;
    next = char === "s" || char === " " ? UNIT_NAMES.length : unit + 1;
    while (text[at + 1] === " ") at++;
  }
  if (!sawDigit) throw notATime(field, 0);
  return notTooLong(field, 0, total + value);
}

function readCount(field: Field): bigint {
  let count = 0n;
  for (let at = 0; at < field.text.length; at++) {
    const char = field.text[at]!;
    if (!isDigit(char)) throw failure(field, at, "syntax", "must be decimal digits only");
    count = withDigit(field, at, count);
  }
  return count;
}

function withDigit(field: Field, at: number, value: bigint): bigint {
  return notTooLong(field, at, value * 10n + BigInt(field.text[at]!));
}

function notTooLong(field: Field, at: number, value: bigint): bigint {
  if (value <= NGINX_MAX) return value;
  throw failure(field, at, "syntax", "is beyond the 63 bits that nginx reckons with");
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

function inRange(field: Field, value: bigint, max: number, unit: string): number {
  if (value <= max) return Number(value);
  const kept = BigInt.asIntN(NGINX_BITS, value);
  const theirs =
    kept === value || kept < 0n || kept > max
      ? "nginx takes it, the kernel refuses it"
      : `nginx keeps 32 bits of it, and takes it for ${kept === 0n ? "the system's value" : kept}`;
  throw failure(field, 0, "range", `is beyond the kernel's ${max} ${unit}: ${theirs}`);
}

function notATime(field: Field, at: number): SoKeepaliveError {
  return failure(field, at, "syntax", "must be whole seconds or a time such as 1h30m, units y M w d h m s");
}

function outOfOrder(field: Field, at: number): SoKeepaliveError {
  return failure(field, at, "syntax", "must have each unit once, in the order y M w d h m s");
}

function failure(field: Field, at: number, reason: "syntax" | "range", why: string): SoKeepaliveError {
  const position = field.start + at;
  const message = `so_keepalive: ${field.part} ${quote(field.text)} ${why} (at position ${position})`;
  return new SoKeepaliveError(message, reason, field.part, position);
}

const QUOTED_LENGTH = 40;

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text);
}

/**
 * Prints a value as nginx takes it, in the fewest characters, such as `30m::10`; where two forms are equally long,
 * the one with the longer unit. Every number has its unit, or stands alone as seconds: nginx's `1h5` for 3605 s is
 * shorter, but nobody reads it so. {@link parseSoKeepalive} reads back what was printed.
 *
 * @throws RangeError when a time is not whole seconds, or a value is outside the kernel's range.
 */
export function formatSoKeepalive(value: SoKeepalive): string {
  if (value.kind === "off") return "off";
  const { idleMs, intervalMs, probes } = value.settings;
  if (probes !== undefined) requireInteger("probes", probes, 1, MAX_KEEPALIVE_PROBES);
  const parts = [
    idleMs === undefined ? "" : formatTime("idleMs", idleMs),
    intervalMs === undefined ? "" : formatTime("intervalMs", intervalMs),
    probes === undefined ? "" : String(probes),
  ];
  return parts.join(":").replace(/:+$/, "") || "on";
}

function formatTime(name: string, ms: number): string {
  const seconds = ms / 1000;
  if (!Number.isInteger(seconds) || seconds < 1 || ms > MAX_KEEPALIVE_TIME_MS) {
    throw new RangeError(`${name} must be whole seconds, 1000 to ${MAX_KEEPALIVE_TIME_MS}, not ${ms}`);
  }
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60);
  const rest = (count: number, unit: string): string => (count === 0 ? "" : `${count}${unit}`);
  const forms = [
    `${rest(hours, "h")}${rest(minutes % 60, "m")}${rest(seconds % 60, "s")}`,
    `${rest(minutes, "m")}${rest(seconds % 60, "s")}`,
    String(seconds),
  ];
  return forms.reduce((shortest, form) => (form.length < shortest.length ? form : shortest));
}
