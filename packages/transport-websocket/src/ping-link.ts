import { type Heartbeat, MAX_OUTSTANDING_PROBES, type Probe } from "@heartwire/core";
import type { WebSocket } from "ws";
import { decodePong, encodeControl, encodePing } from "./ping-codec.js";
import { WebSocketLink } from "./web-socket-link.js";
import { HEADER_OCTETS, type HeartbeatVia, roleOf } from "./wire.js";
import { sendFrame } from "./ws-internals.js";

/**
 * Mode "ping". A probe is a ping, which the peer's WebSocket answers by itself; beats and byes are unsolicited
 * pongs, which RFC 6455, section 5.5.3, allows as a one-way heartbeat and lets a foreign peer ignore. Every
 * octet received is evidence.
 */
export class PingLink extends WebSocketLink {
  #unanswered = 0;

  protected get via(): HeartbeatVia {
    return "ping";
  }

  send(heartbeat: Heartbeat): void {
    // An echo is not needed: ws, like any WebSocket, has answered the ping before anybody hears of it.
    if (heartbeat.kind === "echo") return;
    if (heartbeat.kind === "probe") {
      this.ping(heartbeat);
    } else {
      this.transmit(encodeControl(heartbeat), pong, heartbeat.kind === "bye" ? "last" : "regular");
    }
  }

  private ping(probe: Probe): void {
    // ws 8.23 terminates a connection on which 60 of its pongs are pending, and a process that was stopped for
    // a while finds all our pings at once. The detector remembers no more probes than this anyway.
    if (this.#unanswered >= MAX_OUTSTANDING_PROBES) return;
    const sent =
      probe.payload === undefined && probe.minReceiveMs === undefined
        ? this.transmit(encodePing(probe.seq), writePing, "regular")
        : this.transmit(encodeControl(probe), ping, "regular");
    if (sent) this.#unanswered += 1;
  }

  override hears(event: string | symbol, first: unknown, second: unknown): void {
    if (event === "pong") this.handlePong(first as Uint8Array);
    else super.hears(event, first, second);
  }

  private handlePong(octets: Uint8Array): void {
    this.heard = true;
    this.#unanswered = 0;
    const listener = this.evidence();
    if (listener === undefined) return;
    const decoded = decodePong(octets);
    if (decoded === undefined) listener.active();
    else if (decoded.kind === "malformed") listener.rejected(decoded);
    else listener.received(decoded);
  }
}

/** Writes a whole frame as it is from a server; from a client, whose frames are masked, by way of ws. */
function writePing(ws: WebSocket, frame: Uint8Array, written?: () => void): void {
  if (roleOf(ws) === "server" && sendFrame(ws, frame, written)) return;
  ping(ws, frame.subarray(HEADER_OCTETS), written);
}

function ping(ws: WebSocket, octets: Uint8Array, written?: () => void): void {
  ws.ping(octets, undefined, written);
}

function pong(ws: WebSocket, octets: Uint8Array, written?: () => void): void {
  ws.pong(octets, undefined, written);
}
