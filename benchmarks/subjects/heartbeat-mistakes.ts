import { type Policy, type PolicyFactory, predict, type Transport } from "heartwire";
import { LAB_PATH } from "./expectation.js";
import { mistakeShare, noMistake, notPredicted, slowestRoundTripMs } from "./mistake-expectation.js";
import { expectStreamLoss } from "./stream-mistakes.js";
import type { HarmlessEffect, MistakeExpectation } from "./subject.js";
import { DELAYED_ACK_MS, firstCopyAfterMs, RTO_LEAST_MS } from "./tcp-copies.js";

const HOUR_MS = 3_600_000;

/**
 * What share of its links a heartbeat of ours should call dead.
 *
 * @param watchedMs from the beginning of the fault
 */
export function expectHeartbeatMistakes(
  effect: HarmlessEffect,
  transport: Pick<Transport, "wire">,
  policyOf: PolicyFactory,
  watchedMs: number,
): MistakeExpectation {
  const policy = policyOf();
  const { by, lossRate = 0, forMs = 0 } = effect;
  const survives = (quietMs: number, why: string) =>
    policy.intervalMs + quietMs + LAB_PATH.rttMs < policy.deadAfterMs
      ? noMistake(why)
      : notPredicted("the silence may last as long as it takes to be called death");
  switch (by) {
    case "loss":
      return transport.wire.loss === "drops"
        ? lossOfDatagrams(transport, policy, lossRate, watchedMs)
        : expectStreamLoss(
            { kind: "silence", intervalMs: policy.intervalMs, deadAfterMs: policy.deadAfterMs },
            effect,
            watchedMs,
            `${policy.deadAfterMs} ms without an echo are death`,
          );
    case "outage":
      return survives(
        recoveryMs(transport, policy, forMs),
        "what is sent after the outage arrives before the silence is long enough",
      );
    case "delay":
      return survives(slowestRoundTripMs(effect), "it is late by less than the silence that is awaited");
    case "stall":
      return noMistake("a stall of our own is not the peer's silence");
    case "nat":
      return policy.intervalMs < forMs
        ? noMistake("a heartbeat renews the mapping before it is forgotten")
        : notPredicted("the mapping may be forgotten between two heartbeats");
  }
}

function lossOfDatagrams(
  transport: Pick<Transport, "wire">,
  policy: Policy,
  lossRate: number,
  watchedMs: number,
): MistakeExpectation {
  const { mistakesPerHour } = predict(transport, policy, { ...LAB_PATH, lossRate });
  if (mistakesPerHour === undefined) return notPredicted("the core has no formula for it");
  const share = -Math.expm1((-mistakesPerHour * watchedMs) / HOUR_MS);
  return mistakeShare([share], "all heartbeats and confirming probes of the time are lost");
}

/** From the beginning of an outage to the first evidence after it, when a heartbeat was due as it began. */
function recoveryMs({ wire }: Pick<Transport, "wire">, policy: Policy, outageMs: number): number {
  if (wire.loss === "delays") return firstCopyAfterMs(outageMs, RTO_LEAST_MS + DELAYED_ACK_MS);
  return outageMs + Math.min(policy.confirmIntervalMs, policy.intervalMs);
}
