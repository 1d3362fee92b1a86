import { beforeAll, describe, expect, test } from "vitest";
import { type LinkCapabilities, type LinkFixture, linkConformance } from "../src/index.js";
import { memoryCapabilities, memoryFixture } from "./support/memory-fixture.js";
import { badInputMutants } from "./support/mutants/bad-input.js";
import { carryingMutants } from "./support/mutants/carrying.js";
import { endingMutants } from "./support/mutants/ending.js";
import type { Mutant } from "./support/mutants/mutant.js";
import { openingMutants } from "./support/mutants/opening.js";
import { releasingMutants } from "./support/mutants/releasing.js";

const mutants: readonly Mutant[] = [
  ...openingMutants,
  ...carryingMutants,
  ...badInputMutants,
  ...endingMutants,
  ...releasingMutants,
];

/** A limit that a broken transport reaches soon; the sound one, run just so, shows that it is enough. */
const LIMITS = { timeLimitMs: 2000, quietMs: 15 } as const;

/** Runs the whole suite, and gives what failed, by name. */
async function failures(
  setup: () => Promise<LinkFixture>,
  capabilities: LinkCapabilities,
  wanted: (name: string) => boolean = () => true,
): Promise<ReadonlyMap<string, string>> {
  const failed = new Map<string, string>();
  for (const { name, run } of linkConformance(setup, { ...capabilities, ...LIMITS })) {
    if (!wanted(name)) continue;
    await run().catch((error: unknown) => failed.set(name, String(error)));
  }
  return failed;
}

describe("the suite notices a transport that", () => {
  const caught = new Set<string>();

  for (const { name, caughtBy, message, setup, capabilities, isProcessWide } of mutants) {
    const run = isProcessWide ? test : test.concurrent;
    run(name, async ({ expect }) => {
      const declared = { ...memoryCapabilities, ...capabilities };
      const failed = await failures(setup, declared, (each) => each.includes(caughtBy));
      expect([...failed.values()]).toEqual([expect.stringMatching(message)]);
      for (const each of failed.keys()) caught.add(each);
    });
  }

  test("does anything that a case is about: no case of a full-featured transport cannot fail", () => {
    const names = linkConformance(() => memoryFixture(), {
      ...memoryCapabilities,
      sharedWithApplication: true,
      countsHandles: true,
    }).map(({ name }) => name);
    const isDeclaration = (name: string): boolean => name.startsWith("the fixture has exactly the hooks");
    expect(names.filter((name) => !caught.has(name) && !isDeclaration(name))).toEqual([]);
  });
});

describe("and finds nothing wrong with a sound transport", () => {
  let failed: ReadonlyMap<string, string>;
  beforeAll(async () => {
    failed = await failures(() => memoryFixture(), memoryCapabilities);
  });

  test("within the same limits", () => expect([...failed]).toEqual([]));
});

describe("capabilities that contradict themselves", () => {
  const make = (wrong: Partial<LinkCapabilities>) => () =>
    linkConformance(() => memoryFixture(), { ...memoryCapabilities, ...wrong });

  test("throw at once, with name and value", () => {
    expect(make({ maxPayloadOctets: 256 })).toThrow(/maxPayloadOctets.*256/);
    expect(make({ maxPayloadOctets: -1 })).toThrow(/maxPayloadOctets.*-1/);
    expect(make({ carries: ["bye"] })).toThrow(/carries.*bye/);
    expect(make({ carries: [] })).toThrow(/maxPayloadOctets must be 0/);
    expect(make({ carries: [], maxPayloadOctets: 0 })).toThrow(/injectsFrames/);
    expect(make({ timeLimitMs: 0 })).toThrow(/timeLimitMs.*0/);
    expect(make({ quietMs: Number.NaN })).toThrow(/quietMs.*NaN/);
  });
});
