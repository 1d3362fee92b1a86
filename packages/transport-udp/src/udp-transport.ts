import { type CloseReason, datagramCost, type Transport } from "@heartwire/core";
import { ENVELOPE_OCTETS } from "./envelope.js";

/** What every transport of this package says of itself. */
export const UDP: Pick<Transport, "name" | "proves" | "wire"> = Object.freeze({
  name: "udp",
  proves: "process",
  wire: datagramCost(ENVELOPE_OCTETS),
});

/** An orderly end has no argument at all. */
export function tellClosed(listener: { closed(reason?: CloseReason): void }, reason?: CloseReason): void {
  if (reason === undefined) listener.closed();
  else listener.closed(reason);
}
