import { setTimeout as delay } from "node:timers/promises";
import type { LivenessEvent } from "heartwire";
import type { EndContext, LinkReport } from "./subject.js";

/** Opens each link at its own moment, evenly spread over one interval, so that a fault finds every phase. */
export async function openSpread(context: EndContext, open: (link: number) => void): Promise<void> {
  const stepMs = context.settings.intervalMs / context.links;
  for (let link = 0; link < context.links; link++) {
    open(link);
    await delay(stepMs);
  }
}

/** The port of a link, where the listening end has one port for all or one for each. */
export function portOf(context: EndContext, link: number): number {
  const port = context.ports[link % context.ports.length];
  if (port === undefined) throw new Error("The listening end has told no port.");
  return port;
}

/** Translates Heartwire's events to the reports that every subject makes. */
export function reportOf(link: number, event: LivenessEvent): LinkReport | undefined {
  switch (event.type) {
    case "alive":
    case "suspect":
      return { type: event.type, link };
    case "dead":
      return { type: "dead", link, cause: event.cause.kind };
    case "left":
      return { type: "dead", link, cause: "left" };
    default:
      return undefined;
  }
}
