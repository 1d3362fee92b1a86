import { describe, test } from "vitest";
import { impair, linkConformance } from "../src/index.js";
import { memoryCapabilities, memoryFixture } from "./support/memory-fixture.js";

for (const delayMs of [0, 1]) {
  describe(`a pair in memory with a delay of ${delayMs} ms`, () => {
    const cases = linkConformance(() => memoryFixture({ delayMs }), memoryCapabilities);
    for (const { name, run } of cases) test(name, run);
  });
}

describe("a pair in memory behind a harmless impairment", () => {
  const cases = linkConformance(
    () => memoryFixture({}, (near) => impair(near, { seed: 1, delayMs: 1 })),
    memoryCapabilities,
  );
  for (const { name, run } of cases) test(name, run);
});

describe("a pair in memory behind a stream with jitter and loss", () => {
  const impairment = { seed: 2, jitterMs: 1, loss: 0.2, retransmitMs: 2, path: "stream" } as const;
  const cases = linkConformance(() => memoryFixture({}, (near) => impair(near, impairment)), {
    ...memoryCapabilities,
    quietMs: 60,
  });
  for (const { name, run } of cases) test(name, run);
});
