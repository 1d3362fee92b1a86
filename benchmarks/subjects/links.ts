import { type EventEmitter, once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { EndContext } from "./subject.js";

/**
 * Opens each link at its own moment, so that a fault finds every phase.
 *
 * @param overMs the moments are evenly spread over this; the default is one interval, which is what it takes
 *   unless the subject's own rhythm has another period
 */
export async function openSpread(
  context: EndContext,
  open: (link: number) => void,
  overMs = context.settings.intervalMs,
): Promise<void> {
  const stepMs = overMs / context.links;
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

/**
 * Waits until a server listens, and says where.
 *
 * @param server one that was told to listen on a TCP port
 * @throws Error if it cannot
 */
export async function listeningPort(
  server: EventEmitter & { address(): AddressInfo | string | null },
): Promise<number> {
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
