import { EventEmitter } from "node:events";
import { describe, test } from "vitest";
import {
  type LinkCapabilities,
  type LinkFixture,
  lateTransport,
  linkConformance,
  listenerCount,
  nextTurn,
} from "../src/index.js";
import { answering, knownByHeartbeat, mute, probing, sharing } from "./support/foreign.js";
import { memoryCapabilities, memoryFixture } from "./support/memory-fixture.js";

/** Runs the suite for a pair in memory whose ends can less, or can otherwise. */
function conforms(
  what: string,
  change: (fixture: LinkFixture) => Partial<LinkFixture>,
  capabilities: Partial<LinkCapabilities>,
): void {
  const setup = async (): Promise<LinkFixture> => {
    const fixture = await memoryFixture();
    return { ...fixture, ...change(fixture) };
  };
  describe(`the suite passes for ${what}`, () => {
    const cases = linkConformance(setup, { ...memoryCapabilities, ...capabilities });
    for (const { name, run } of cases) test(name, run);
  });
}

conforms(
  "a far end that is there only some turns later",
  ({ far }) => {
    const late = lateTransport(far);
    nextTurn().then(() => late.arrive(far));
    return { far: late.transport };
  },
  {},
);

conforms("a peer that is known by its first heartbeat", ({ far }) => ({ far: knownByHeartbeat(far) }), {
  peerAppears: "by-first-heartbeat",
});

conforms(
  "a foreign peer that answers probes by itself",
  ({ near, far }) => ({ near: probing(near), far: answering(far) }),
  { carries: ["probe"], probesAnsweredBy: "link", senders: "near" },
);

describe("the suite passes for a transport that carries nothing", () => {
  const setup = async (): Promise<LinkFixture> => {
    const { injectFrame, injectWire, ...fixture } = await memoryFixture();
    return { ...fixture, near: mute(fixture.near), far: mute(fixture.far) };
  };
  const cases = linkConformance(setup, {
    ...memoryCapabilities,
    carries: [],
    maxPayloadOctets: 0,
    injectsFrames: false,
    injectsWire: "no",
  });
  for (const { name, run } of cases) test(name, run);
});

conforms(
  "a transport beside an application, with counted listeners",
  ({ near }) => {
    const application = new EventEmitter();
    return {
      near: sharing(near, application),
      sendApplicationData: () => void application.emit("data"),
      openHandles: () => listenerCount(application),
    };
  },
  { sharedWithApplication: true, countsHandles: true },
);
