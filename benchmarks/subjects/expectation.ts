import { type Path, type PolicyFactory, predict, type Transport } from "heartwire";
import type { FaultEffect } from "../faults/index.js";
import type { Expectation, WireExpectation } from "./subject.js";

/** The lab's wires are veth pairs in one machine: the round trip is that of a process woken twice. */
export const LAB_PATH: Path = { rttMs: 1 };

/** How long a closed connection takes to be told: a packet, and a process woken. */
export const AT_ONCE: Expectation = { kind: "detected", bestMs: 0, worstMs: 20 };

/** What silence alone leads to, under a policy. */
export function expectSilence(transport: Pick<Transport, "wire">, policy: PolicyFactory): Expectation {
  const { best, worst } = predict(transport, policy(), LAB_PATH).detectionMs;
  return { kind: "detected", bestMs: best, worstMs: worst };
}

/** What a heartbeat on a connection leads to: a closed connection is told at once, all else is silence. */
export function expectOnConnection(
  effect: FaultEffect,
  transport: Pick<Transport, "wire">,
  policy: PolicyFactory,
): Expectation {
  return effect.silences === "process" && effect.sockets === "closed"
    ? AT_ONCE
    : expectSilence(transport, policy);
}

/** What a transport puts on the wire under a policy. */
export function expectTraffic(transport: Pick<Transport, "wire">, policy: PolicyFactory): WireExpectation {
  const { framesPerHour, octetsPerHour } = predict(transport, policy(), LAB_PATH);
  return { framesPerHour, octetsPerHour };
}
