import { type CloseReason, causeOfError } from "@heartwire/core";
import type { WebSocket } from "ws";
import { networkSocketOf } from "./ws-internals.js";

/** RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
const NO_STATUS = 1005;
const ABNORMAL_CLOSURE = 1006;

/**
 * Why an open WebSocket closed; `undefined` for an orderly end. A close code cannot tell who said it first,
 * for each end repeats the other's: it counts as the peer's.
 */
export function causeOfClose(ws: WebSocket, code: number, reason: Uint8Array): CloseReason | undefined {
  switch (code) {
    case NORMAL_CLOSURE:
    case GOING_AWAY:
    case NO_STATUS:
      return undefined;
    case ABNORMAL_CLOSURE:
      return causeOfAbnormalClosure(ws);
    default: {
      const detail = new TextDecoder().decode(reason);
      return { kind: "ended", by: "peer", code, ...(detail === "" ? {} : { detail }) };
    }
  }
}

/** `ws` swallows the error of its socket and does not tell a FIN of the peer from a local terminate(). */
function causeOfAbnormalClosure(ws: WebSocket): CloseReason {
  const socket = networkSocketOf(ws);
  if (socket?.errored) return causeOfError(socket.errored, "open");
  return { kind: "ended", by: socket?.readableEnded === false ? "local" : "peer" };
}
