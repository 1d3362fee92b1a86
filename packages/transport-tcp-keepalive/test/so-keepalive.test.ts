import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSoKeepalive, parseSoKeepalive, type SoKeepalive, SoKeepaliveError } from "../src/index.js";
import { ACCEPTED, OUT_OF_RANGE, REFUSED } from "./support/so-keepalive-texts.js";

function errorOf(text: string): SoKeepaliveError {
  try {
    parseSoKeepalive(text);
  } catch (error) {
    if (error instanceof SoKeepaliveError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was taken`);
}

describe("parseSoKeepalive", () => {
  it("takes on and off", () => {
    expect(parseSoKeepalive("on")).toEqual({ kind: "on", settings: {} });
    expect(parseSoKeepalive("off")).toEqual({ kind: "off" });
  });

  it.each(ACCEPTED)("takes %j", (text, settings) => {
    expect(parseSoKeepalive(text)).toStrictEqual({ kind: "on", settings });
  });

  it.each(REFUSED)("refuses %j as nginx does", (text) => {
    expect(errorOf(text).reason).toBe("syntax");
  });

  it.each(OUT_OF_RANGE)("refuses %j, which nginx takes and the kernel refuses", (text) => {
    expect(errorOf(text).reason).toBe("range");
  });

  it.each([
    ["30m:5x", "interval", 5, 'interval "5x" must be whole seconds or a time'],
    ["30m1h", "idle", 4, 'idle "30m1h" must have each unit once'],
    ["::3s", "probes", 3, 'probes "3s" must be decimal digits only'],
    ["1:40000", "interval", 2, 'interval "40000" is beyond the kernel\'s 32767 s'],
    ["1:1:128", "probes", 4, 'probes "128" is beyond the kernel\'s 127 probes'],
    ["4294967297", "idle", 0, "nginx keeps 32 bits of it, and takes it for 1 "],
    ["1::4294967296", "probes", 3, "takes it for the system's value"],
    [":4294967295", "interval", 1, "takes for an error"],
    ["1:9223372036854775808", "interval", 20, "beyond the 63 bits"],
    ["2147483648", "idle", 0, "nginx takes it, the kernel refuses it"],
    ["500ms", "idle", 3, 'idle "500ms" must be whole seconds'],
  ] as const)("says of %j what is wrong, and where", (text, part, position, message) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ part, position });
    expect(error.message).toContain(message);
    expect(error.message).toContain(`position ${position}`);
  });

  it("says of a value that sets nothing what to write", () => {
    expect(errorOf("::")).toMatchObject({ part: undefined, message: expect.stringContaining('"30m::10"') });
    expect(errorOf("4294967296").message).toContain("sets nothing to nginx, which keeps 32 bits");
  });

  it("neither chokes on a long text nor repeats it", () => {
    const digits = errorOf("9".repeat(1_000_000));
    expect(digits).toMatchObject({ reason: "syntax", position: 18 });
    expect(digits.message.length).toBeLessThan(300);
    expect(errorOf("1m".repeat(500_000)).message.length).toBeLessThan(300);
  });

  it("throws nothing but its own error, at a position within the text", () => {
    const grammar = fc.string({ unit: fc.constantFrom(..."019:yMwdhms o.n-"), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(grammar, fc.string()), (text) => {
        try {
          parseSoKeepalive(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SoKeepaliveError);
          expect((error as SoKeepaliveError).position).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses what is no string", () => {
    expect(() => parseSoKeepalive(30 as unknown as string)).toThrow(TypeError);
  });
});

describe("formatSoKeepalive", () => {
  const on = (idle?: number, interval?: number, probes?: number): SoKeepalive => ({
    kind: "on",
    settings: {
      ...(idle !== undefined && { idleMs: idle * 1000 }),
      ...(interval !== undefined && { intervalMs: interval * 1000 }),
      ...(probes !== undefined && { probes }),
    },
  });

  it.each([
    [{ kind: "off" } as const, "off"],
    [on(), "on"],
    [on(1800, undefined, 10), "30m::10"],
    [on(undefined, 5), ":5"],
    [on(undefined, undefined, 3), "::3"],
    [on(7200, 75, 9), "2h:75:9"],
    [on(60), "1m"],
    [on(90), "90"],
    [on(5400), "90m"],
    [on(3605), "1h5s"],
    [on(32_767), "32767"],
  ])("%j is %s", (value, text) => {
    expect(formatSoKeepalive(value)).toBe(text);
  });

  const seconds = fc.integer({ min: 1, max: 32_767 });
  const anyValue = fc.oneof(
    fc.constant<SoKeepalive>({ kind: "off" }),
    fc
      .tuple(
        fc.option(seconds, { nil: undefined }),
        fc.option(seconds, { nil: undefined }),
        fc.option(fc.integer({ min: 1, max: 127 }), { nil: undefined }),
      )
      .map((parts) => on(...parts)),
  );

  it("prints what is read back the same", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(parseSoKeepalive(formatSoKeepalive(value))).toStrictEqual(value);
      }),
    );
  });

  it("never prints more than was read", () => {
    const short = fc.string({ unit: fc.constantFrom(..."1235:hms"), minLength: 1, maxLength: 8 });
    const ambiguous = /[hm]\d+(:|$)/;
    fc.assert(
      fc.property(short, (text) => {
        fc.pre(!ambiguous.test(text) && isTaken(text));
        expect(formatSoKeepalive(parseSoKeepalive(text)).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it("refuses what the kernel or nginx would", () => {
    expect(() => formatSoKeepalive({ kind: "on", settings: { idleMs: 1500 } })).toThrow(/idleMs .* not 1500/);
    expect(() => formatSoKeepalive({ kind: "on", settings: { intervalMs: 0 } })).toThrow(
      /intervalMs .* not 0/,
    );
    expect(() => formatSoKeepalive(on(32_768))).toThrow(RangeError);
    expect(() => formatSoKeepalive(on(1, 1, 128))).toThrow(/probes .* not 128/);
  });
});

function isTaken(text: string): boolean {
  try {
    parseSoKeepalive(text);
    return true;
  } catch {
    return false;
  }
}
