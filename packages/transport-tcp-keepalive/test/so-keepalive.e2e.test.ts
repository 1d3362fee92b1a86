import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parseSoKeepalive, SoKeepaliveError } from "../src/index.js";
import { ACCEPTED, OUT_OF_RANGE, REFUSED } from "./support/so-keepalive-texts.js";

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const version = spawnSync("nginx", ["-v"], { env: { PATH }, encoding: "utf8" });
const whyNot = version.error === undefined ? undefined : `no nginx: ${version.error.message}`;

const directory = mkdtempSync(join(tmpdir(), "so-keepalive-"));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

/**
 * The index of the first text that nginx refuses, or their number. nginx stops at the first error: so all that it
 * should take are asked for at once, and a last line that is wrong for sure keeps it from opening any socket.
 */
async function firstRefused(texts: readonly string[]): Promise<number> {
  const file = join(directory, `${files++}.conf`);
  const lines = texts.map((text, index) => `listen 127.0.0.1:${index + 1} "so_keepalive=${escaped(text)}";`);
  writeFileSync(file, `events {} http { server {\n${lines.join("\n")}\nend_of_the_texts; }}`);
  const said = await new Promise<string>((resolve) => {
    const words = ["-t", "-p", directory, "-e", "stderr", "-c", file];
    execFile("nginx", words, { env: { PATH } }, (_error, _stdout, stderr) => resolve(stderr));
  });
  if (said.includes('unknown directive "end_of_the_texts"')) return texts.length;
  // A text of two lines shifts those after it; it stands alone.
  const line = /invalid so_keepalive value: ".*" in .*:(\d+)\n/s.exec(said)?.[1];
  if (line === undefined) throw new Error(`nginx said: ${said}`);
  return texts.length === 1 ? 0 : Number(line) - 2;
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

/** What we say, in nginx's terms: it does not check the kernel's ranges. */
function isTaken(text: string): boolean {
  try {
    parseSoKeepalive(text);
    return true;
  } catch (error) {
    if (error instanceof SoKeepaliveError) return error.reason === "range";
    throw error;
  }
}

async function expectAgreement(texts: readonly string[]): Promise<void> {
  const taken = texts.filter(isTaken);
  const refused = texts.filter((text) => !isTaken(text));
  const first = await firstRefused(taken);
  expect(taken[first], "we take it, nginx refuses it").toBeUndefined();
  const disagreed: string[] = [];
  for (const text of refused) if ((await firstRefused([text])) !== 0) disagreed.push(text);
  expect(disagreed, "nginx takes it, we refuse it").toEqual([]);
}

describe.skipIf(whyNot !== undefined)(`nginx itself (${whyNot ?? version.stderr.trim()})`, () => {
  it("takes and refuses the texts of the table", async () => {
    expect(ACCEPTED.map(([text]) => text).filter((text) => !isTaken(text))).toEqual([]);
    await expectAgreement(["on", "off", ...ACCEPTED.map(([text]) => text), ...OUT_OF_RANGE, ...REFUSED]);
  });

  it("takes and refuses the same of hundreds of generated texts", async () => {
    // Around what 32 and 63 bits hold, too.
    const large = fc
      .tuple(fc.constantFrom(2n ** 31n, 2n ** 32n, 2n ** 33n, 2n ** 63n), fc.bigInt({ min: -2n, max: 2n }))
      .map(([power, offset]) => String(power + offset));
    const number = fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom("0", "1", "7", "30", "99") },
      { weight: 1, arbitrary: large },
    );
    const ordered = fc
      .tuple(
        fc.subarray([..."hms"]),
        fc.array(number, { minLength: 4, maxLength: 4 }),
        fc.constantFrom("", "5"),
      )
      .map(([units, numbers, tail]) => units.map((unit, index) => numbers[index] + unit).join("") + tail);
    const disordered = fc
      .array(fc.tuple(fc.option(number, { nil: "" }), fc.constantFrom(..."yMwdhms ", "", "ms")), {
        maxLength: 3,
      })
      .map((terms) => terms.flat().join(""));
    const time = fc.oneof(ordered, ordered, disordered);
    const structured = fc
      .tuple(
        time,
        time,
        fc.oneof(
          { weight: 6, arbitrary: fc.constantFrom("", "0", "3", "127", "128", "3s", " 3") },
          { weight: 1, arbitrary: large },
        ),
        fc.integer({ min: 1, max: 3 }),
      )
      .map(([idle, interval, probes, parts]) => [idle, interval, probes].slice(0, parts).join(":"));
    const wild = fc.string({ unit: fc.constantFrom(..."0139:yMwdhms on.f-"), maxLength: 8 });
    const texts = fc.sample(fc.oneof(structured, wild), { numRuns: 700, seed: 5382 });
    const distinct = [...new Set(texts)];
    // Else the sample would prove little.
    expect(distinct.filter(isTaken).length).toBeGreaterThan(100);
    expect(distinct.filter((text) => !isTaken(text)).length).toBeGreaterThan(100);
    await expectAgreement(distinct);
  });
});
