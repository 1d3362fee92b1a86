import type { Heartbeat } from "@heartwire/core";

/**
 * One line that holds every bit of a heartbeat, such as `probe seq=1 payload=00ff`: equal lines mean equal
 * heartbeats. An absent payload is `payload=none`, one that is no Uint8Array shows as what it is.
 */
export function showHeartbeat(heartbeat: Heartbeat): string {
  if (heartbeat.kind === "bye") return "bye";
  const { kind, seq, minReceiveMs, payload } = heartbeat;
  const interval = kind === "beat" ? ` intervalMs=${heartbeat.intervalMs}` : "";
  const limit = minReceiveMs === undefined ? "" : ` minReceiveMs=${minReceiveMs}`;
  return `${kind} seq=${seq}${interval}${limit} payload=${showPayload(payload)}`;
}

function showPayload(payload: unknown): string {
  if (payload === undefined) return "none";
  if (!(payload instanceof Uint8Array)) return `(not a Uint8Array) ${String(payload)}`;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString("hex");
}
