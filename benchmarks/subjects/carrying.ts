import { fixedTimeout, type PolicyFactory, type RespondOptions } from "heartwire";
import type { EndContext, NominalSettings } from "./subject.js";

/** The nominal settings as a policy of ours for whoever only listens: dead after so many beats that did not come. */
export function listenPolicyOf({ intervalMs, misses }: NominalSettings): PolicyFactory {
  return fixedTimeout({ intervalMs, detectMultiplier: misses, mode: "listen" });
}

/** Makes a responder beat, each beat with octets of the application's in it; nothing where that is not asked for. */
export function carrying({
  settings,
  payloadOctets,
}: Pick<EndContext, "settings" | "payloadOctets">): Pick<RespondOptions, "beatIntervalMs" | "payload"> {
  if (payloadOctets === undefined) return {};
  return { beatIntervalMs: settings.intervalMs, payload: changingPayload(payloadOctets) };
}

/** Octets that count upwards, from another beginning in each: none can be taken for another's, nor for part of one. */
export function changingPayload(octets: number): () => Uint8Array {
  let first = 0;
  return () => {
    first = (first + 1) & 0xff;
    return Uint8Array.from({ length: octets }, (_, index) => first + index);
  };
}

/** Whether octets are such ones, all of them and unharmed. */
export function isIntact(payload: Uint8Array | undefined, octets: number): boolean {
  if (payload?.length !== octets) return false;
  return payload.every((value, index) => value === ((payload[0]! + index) & 0xff));
}
