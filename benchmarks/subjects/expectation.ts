import { streamCost } from "@heartwire/core";
import {
  type KeepaliveSettings,
  keepaliveDetection,
  type Path,
  type PolicyFactory,
  predict,
  type Transport,
} from "heartwire";
import type { FaultEffect } from "../faults/index.js";
import type { Expectation, WireExpectation } from "./subject.js";

/** The lab's wires are veth pairs in one machine: the round trip is that of a process woken twice. */
export const LAB_PATH: Path = { rttMs: 1 };

/** A packet, and a process woken to read it; or a timer that is late. */
const WAKE_MS = 20;

/** How long a closed connection takes to be told. */
export const AT_ONCE: Expectation = { kind: "detected", bestMs: 0, worstMs: WAKE_MS };

const HOUR_MS = 3_600_000;

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

/** A heartbeat of two timers. */
export interface PingRhythm {
  /** From an answer to the next ping. */
  readonly intervalMs: number;
  /** From a ping to the verdict, if no answer comes. */
  readonly timeoutMs: number;
}

/**
 * What such a heartbeat on a connection leads to. At best the fault strikes between a ping and its answer, at
 * worst right after an answer.
 */
export function expectPings(effect: FaultEffect, { intervalMs, timeoutMs }: PingRhythm): Expectation {
  const bestMs = Math.max(0, timeoutMs - LAB_PATH.rttMs);
  return expectAround(effect, AT_ONCE, withSlack(bestMs, intervalMs + timeoutMs));
}

/**
 * What the sweeps of a watch on a connection lead to, each of which condemns whom it has not heard since the
 * one before; whom it hears speaks every `intervalMs`. At best the fault strikes just before the peer would
 * have spoken, and that just before a sweep; at worst right after it spoke, and that right after a sweep.
 *
 * @param closingMs from that sentence to its execution
 */
export function expectSweeps(
  effect: FaultEffect,
  sweep: { readonly intervalMs: number; readonly sweepMs: number; readonly closingMs: number },
): Expectation {
  const { intervalMs, sweepMs, closingMs } = sweep;
  const bestMs = Math.max(0, sweepMs - intervalMs - LAB_PATH.rttMs) + closingMs;
  return expectAround(effect, AT_ONCE, withSlack(bestMs, 2 * sweepMs + closingMs));
}

/** What takes from `bestMs` to `worstMs` by its timers alone. */
export function withSlack(bestMs: number, worstMs: number): Expectation & { kind: "detected" } {
  return { kind: "detected", bestMs, worstMs: worstMs + WAKE_MS };
}

/** What the kernel notices, and when, where it probes. */
export function expectKeepalive(effect: FaultEffect, settings: KeepaliveSettings): Expectation {
  switch (effect.kind) {
    case "process-ended":
      return AT_ONCE;
    case "process-hung":
      return {
        kind: "never",
        why: "it proves that the peer's kernel holds the connection, not that the peer's program works",
      };
    case "application-unhealthy":
      return { kind: "never", why: "the kernel knows nothing of an application's health" };
    case "silent-behind-proxy":
      return { kind: "never", why: "its probes end at the proxy, whose kernel answers" };
    case "harmless":
      return { kind: "never", why: "the peer lives" };
    case "host-rebooted":
      // The reset answers the first probe, or the second if the first came while the host was away. The
      // kernel's timers are up to an eighth late.
      return withSlack(0, (settings.idleMs + settings.intervalMs) * 1.125);
    case "path-cut":
      return effect.unacknowledgedData
        ? expectRetransmission(settings)
        : spanOf(keepaliveDetection(settings));
  }
}

/** What is noticed where nobody asks, neither the kernel nor a program. */
export function expectNobodyAsks(effect: FaultEffect): Expectation {
  switch (effect.kind) {
    case "process-ended":
      return AT_ONCE;
    case "path-cut":
      if (effect.unacknowledgedData) return expectRetransmission({});
      return { kind: "never", why: "nothing is sent whose loss could tell" };
    case "harmless":
      return { kind: "never", why: "the peer lives" };
    default:
      return { kind: "never", why: "nobody asks" };
  }
}

/** Sent data decides, which the kernel repeats until it gives up: it does not probe meanwhile. */
function expectRetransmission({ userTimeoutMs }: Pick<KeepaliveSettings, "userTimeoutMs">): Expectation {
  // Idle time, interval and probes have no say in it.
  const settings = { idleMs: 1000, intervalMs: 1000, probes: 1, ...(userTimeoutMs && { userTimeoutMs }) };
  return {
    ...spanOf(keepaliveDetection(settings, { unacknowledgedData: true })),
    why: "the kernel does not probe while sent data is unacknowledged",
  };
}

function spanOf({ best, worst }: { best: number; worst: number }): Expectation & { kind: "detected" } {
  return { kind: "detected", bestMs: best, worstMs: worst };
}

/** What a transport puts on the wire under a policy. */
export function expectTraffic(transport: Pick<Transport, "wire">, policy: PolicyFactory): WireExpectation {
  const { framesPerHour, octetsPerHour } = predict(transport, policy, LAB_PATH);
  const { mode, kernel } = policy();
  const check = transport.wire[kernel !== undefined || mode === "echo" ? "probe" : "beat"];
  const checksPerHour = (framesPerHour.out + framesPerHour.in) / (check.out.length + check.in.length);
  return { framesPerHour, octetsPerHour, checksPerHour };
}

/**
 * What pings and their answers put on the wire of a TCP connection: so many octets of the stream each, and so
 * long from one ping to the next.
 */
export function expectPingTraffic(ping: {
  readonly pingOctets: number;
  readonly answerOctets: number;
  readonly periodMs: number;
}): WireExpectation {
  const { probe } = streamCost({ probeOut: ping.pingOctets, echoIn: ping.answerOctets, beatOut: 0 });
  const perHour = HOUR_MS / ping.periodMs;
  const sum = (octets: readonly number[]) => octets.reduce((total, each) => total + each, 0);
  return {
    checksPerHour: perHour,
    framesPerHour: { out: probe.out.length * perHour, in: probe.in.length * perHour },
    octetsPerHour: { out: sum(probe.out) * perHour, in: sum(probe.in) * perHour },
  };
}
