import { type Path, type PolicyFactory, predict, type Transport } from "heartwire";
import type { FaultEffect } from "../faults/index.js";
import type { Expectation, WireExpectation } from "./subject.js";

/** The lab's wires are veth pairs in one machine: the round trip is that of a process woken twice. */
export const LAB_PATH: Path = { rttMs: 1 };

/** How long a closed connection takes to be told: a packet, and a process woken. */
export const AT_ONCE: Expectation = { kind: "detected", bestMs: 0, worstMs: 20 };

const ANSWERED_ALL_THE_SAME: Expectation = {
  kind: "never",
  why: "the process answers, whatever its application's health",
};

/** What silence alone leads to, under a policy. */
export function expectSilence(transport: Pick<Transport, "wire">, policy: PolicyFactory): Expectation {
  const { best, worst } = predict(transport, policy, LAB_PATH).detectionMs;
  return { kind: "detected", bestMs: best, worstMs: worst };
}

/** What a heartbeat on a connection leads to: a closed connection is told at once, all else is silence. */
export function expectOnConnection(
  effect: FaultEffect,
  transport: Pick<Transport, "wire">,
  policy: PolicyFactory,
  answersForHealth: boolean,
): Expectation {
  const silence = expectSilence(transport, policy);
  return expectAround(effect, AT_ONCE, silence, answersForHealth ? silence : undefined);
}

/**
 * What any heartbeat leads to that is answered by the peer's process: `whenEnded` if that process is gone and
 * its kernel says so, `whenSilent` if nothing comes back any more, `whenUnhealthy` if the application's own
 * health check fails, which only an answer that asks it can tell.
 */
export function expectAround(
  effect: FaultEffect,
  whenEnded: Expectation,
  whenSilent: Expectation,
  whenUnhealthy: Expectation = ANSWERED_ALL_THE_SAME,
): Expectation {
  switch (effect.kind) {
    case "process-ended":
      return whenEnded;
    case "process-hung":
    case "path-cut":
    case "silent-behind-proxy":
      return whenSilent;
    case "host-rebooted":
      // Whichever is first: the refusal of the next heartbeat, or silence.
      return { ...whenSilent, kind: "detected", bestMs: 0, worstMs: worstOf(whenSilent) };
    case "application-unhealthy":
      return whenUnhealthy;
    case "harmless":
      return { kind: "never", why: "the peer lives" };
  }
}

function worstOf(expectation: Expectation): number {
  return expectation.kind === "detected" ? expectation.worstMs : Number.POSITIVE_INFINITY;
}

/** What a transport puts on the wire under a policy. */
export function expectTraffic(transport: Pick<Transport, "wire">, policy: PolicyFactory): WireExpectation {
  const { framesPerHour, octetsPerHour } = predict(transport, policy, LAB_PATH);
  return { framesPerHour, octetsPerHour };
}
