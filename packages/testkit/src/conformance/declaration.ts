import { strict as assert } from "node:assert";
import { MAX_PAYLOAD_OCTETS } from "@heartwire/core";
import { type ConformanceCase, type Subject, withFixture } from "./case.js";
import type { LinkCapabilities, LinkFixture } from "./fixture.js";

type Hook = Exclude<keyof LinkFixture, "near" | "far" | "dispose">;

/** @throws RangeError or TypeError when the capabilities cannot all be true. */
export function checkCapabilities(capabilities: LinkCapabilities): void {
  const { carries, maxPayloadOctets, peerAppears, injectsFrames } = capabilities;
  if (!Number.isInteger(maxPayloadOctets) || maxPayloadOctets < 0 || maxPayloadOctets > MAX_PAYLOAD_OCTETS) {
    throw new RangeError(`maxPayloadOctets must be an integer from 0 to 255, not ${maxPayloadOctets}`);
  }
  const carriesSample = carries.includes("beat") || carries.includes("probe");
  if (!carriesSample && carries.length > 0) {
    throw new TypeError(`carries must be empty or include "beat" or "probe", not just ${carries.join(", ")}`);
  }
  if (!carriesSample && maxPayloadOctets > 0) {
    throw new RangeError(`maxPayloadOctets must be 0 where no heartbeat is carried, not ${maxPayloadOctets}`);
  }
  if (!carriesSample && (peerAppears === "by-first-heartbeat" || injectsFrames)) {
    throw new TypeError(
      'peerAppears "by-first-heartbeat" and injectsFrames need heartbeats that are carried',
    );
  }
  for (const name of ["timeLimitMs", "quietMs"] as const) {
    const value = capabilities[name];
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) {
      throw new RangeError(`${name} must be a positive number of milliseconds, not ${value}`);
    }
  }
}

/** Which hooks the capabilities promise. */
function promisedHooks(capabilities: LinkCapabilities): Readonly<Record<Hook, boolean>> {
  return {
    injectFrame: capabilities.injectsFrames,
    injectWire: capabilities.injectsWire !== "no",
    breakFar: capabilities.brokenAs !== undefined,
    endFar: capabilities.endedAs !== undefined,
    nobody: capabilities.unreachableAs !== undefined,
    sendApplicationData: capabilities.sharedWithApplication,
    openHandles: capabilities.countsHandles,
  };
}

/** The cases that hold the fixture against its declaration, so that nothing is left out by mistake. */
export function declarationCases(subject: Subject): readonly ConformanceCase[] {
  const promised = Object.entries(promisedHooks(subject.capabilities)) as [Hook, boolean][];
  const absent = promised.filter(([, present]) => !present).map(([hook]) => hook);
  const untested = absent.length === 0 ? "" : ` (declared absent: ${absent.join(", ")})`;
  return [
    {
      name: `the fixture has exactly the hooks that its capabilities declare${untested}`,
      run: () =>
        withFixture(subject, async (fixture) => {
          for (const [hook, present] of promised) {
            assert.equal(fixture[hook] !== undefined, present, `${hook} is ${present ? "" : "not "}declared`);
          }
        }),
    },
    {
      name: "the transport says what it is, what it proves and what it costs",
      run: () =>
        withFixture(subject, async ({ near, far }) => {
          for (const { name, proves, wire } of [near, far]) {
            assert.ok(typeof name === "string" && name.length > 0, `name must not be empty: ${name}`);
            assert.ok(["connection", "process", "application"].includes(proves), `proves: ${proves}`);
            assert.ok(["drops", "delays"].includes(wire.loss), `wire.loss: ${wire.loss}`);
            const frames = [wire.probe.out, wire.probe.in, wire.beat.out, wire.beat.in].flat();
            assert.ok(
              frames.every((octets) => Number.isFinite(octets) && octets > 0),
              `every frame in wire must have a positive number of octets: ${frames.join(", ")}`,
            );
          }
        }),
    },
  ];
}
