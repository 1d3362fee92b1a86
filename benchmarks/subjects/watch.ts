import { fixedTimeout, type LivenessEvent, monitor, type PolicyFactory, type Transport } from "heartwire";
import { isIntact, listenPolicyOf } from "./carrying.js";
import { atWorst, budgetMs, type EndContext, type LinkReport, type NominalSettings } from "./subject.js";
import { verdictOfCause } from "./verdict.js";

/** Told of what happens to the links of the monitor's end. */
export type Report = (report: LinkReport) => void;

/** The nominal settings as a policy of ours: a probe every interval, dead after so many of them. */
export function policyOf({ intervalMs, misses }: NominalSettings): PolicyFactory {
  return fixedTimeout({ intervalMs, detectMultiplier: misses });
}

/** The nominal settings in our own words. */
export function checksInWords(check: string, settings: NominalSettings): string {
  const { intervalMs, misses } = settings;
  return atWorst(`a ${check} every ${intervalMs / 1000} s, dead after ${misses}`, budgetMs(settings));
}

/**
 * Watches one link with a monitor of ours. The other end only answers, as a server does that has no use for a
 * verdict of its own. Who wants both ends to watch runs `monitor` at both; engine.io and MQTT cannot be had
 * otherwise, and there a stall of the one end is a silence to the other.
 */
export function watch(
  link: number,
  transport: Transport,
  policy: PolicyFactory,
  report: Report,
  payloadOctets?: number,
): void {
  monitor(transport, policy).subscribe((event) => reportEvent(link, event, report, payloadOctets));
}

/** The same at the nominal settings: the monitor asks, or listens to beats where these shall carry something. */
export function watchAsSet(link: number, transport: Transport, context: EndContext, report: Report): void {
  const { settings, payloadOctets } = context;
  const policy = payloadOctets === undefined ? policyOf(settings) : listenPolicyOf(settings);
  watch(link, transport, policy, report, payloadOctets);
}

/**
 * Translates our events to the reports that every subject makes.
 *
 * @param payloadOctets what each beat shall have carried; absent: nothing
 */
export function reportEvent(
  link: number,
  event: LivenessEvent,
  report: Report,
  payloadOctets?: number,
): void {
  switch (event.type) {
    case "heartbeat":
      // The echo of a confirming probe is no beat, and carries nothing.
      if (payloadOctets !== undefined && event.rttMs === undefined) {
        report({ type: "carried", link, intact: isIntact(event.payload, payloadOctets) });
      }
      break;
    case "alive":
    case "suspect":
      report({ type: event.type, link });
      break;
    case "dead":
      report({ type: "dead", link, cause: event.cause.kind, by: verdictOfCause(event.cause) });
      break;
    case "left":
      report({ type: "dead", link, cause: "left", by: "other-end" });
      break;
    default:
      break;
  }
}
