import type { CloseReason, FrameRejection, Heartbeat, LinkListener } from "@heartwire/core";
import { showHeartbeat } from "./show.js";

/** One call of a {@link LinkListener}, as data. */
export type ListenerCall =
  | { readonly call: "opened" }
  | { readonly call: "received"; readonly heartbeat: Heartbeat }
  | { readonly call: "active"; readonly agoMs?: number }
  | { readonly call: "doubted"; readonly silentMs: number }
  | { readonly call: "rejected"; readonly rejection: FrameRejection }
  | { readonly call: "closed"; readonly reason?: CloseReason };

/** A listener that hands on every call as data. */
export function listenerOf(tell: (call: ListenerCall) => void): LinkListener {
  return {
    opened: () => tell({ call: "opened" }),
    received: (heartbeat) => tell({ call: "received", heartbeat }),
    active: (agoMs) => tell(agoMs === undefined ? { call: "active" } : { call: "active", agoMs }),
    doubted: (silentMs) => tell({ call: "doubted", silentMs }),
    rejected: (rejection) => tell({ call: "rejected", rejection }),
    closed: (reason) => tell(reason === undefined ? { call: "closed" } : { call: "closed", reason }),
  };
}

/** Makes a recorded call again, at `listener`. */
export function replayCall(call: ListenerCall, listener: LinkListener): void {
  if (call.call === "opened") listener.opened();
  else if (call.call === "received") listener.received(call.heartbeat);
  else if (call.call === "active") listener.active(call.agoMs);
  else if (call.call === "doubted") listener.doubted(call.silentMs);
  else if (call.call === "rejected") listener.rejected(call.rejection);
  // As it came: an orderly end has no argument at all.
  else if (call.reason === undefined) listener.closed();
  else listener.closed(call.reason);
}

/** One line for one call, such as `received(beat seq=1 intervalMs=0 payload=none)`. */
export function showCall(call: ListenerCall): string {
  switch (call.call) {
    case "received":
      return `received(${showHeartbeat(call.heartbeat)})`;
    case "active":
      return call.agoMs === undefined ? "active()" : `active(agoMs=${call.agoMs})`;
    case "doubted":
      return `doubted(silentMs=${call.silentMs})`;
    case "rejected":
      return `rejected(${JSON.stringify(call.rejection)})`;
    case "closed":
      return `closed(${call.reason === undefined ? "" : JSON.stringify(call.reason)})`;
    default:
      return `${call.call}()`;
  }
}
