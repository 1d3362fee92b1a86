import { fixedTimeout, type LivenessEvent, monitor, type PolicyFactory, type Transport } from "heartwire";
import { atWorst, budgetMs, type LinkReport, type NominalSettings } from "./subject.js";

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

/** Watches one link with a monitor of ours. */
export function watch(link: number, transport: Transport, policy: PolicyFactory, report: Report): void {
  monitor(transport, policy).subscribe((event) => reportEvent(link, event, report));
}

/** Translates our events to the reports that every subject makes. */
export function reportEvent(link: number, event: LivenessEvent, report: Report): void {
  switch (event.type) {
    case "alive":
    case "suspect":
      report({ type: event.type, link });
      break;
    case "dead":
      report({ type: "dead", link, cause: event.cause.kind });
      break;
    case "left":
      report({ type: "dead", link, cause: "left" });
      break;
    default:
      break;
  }
}
