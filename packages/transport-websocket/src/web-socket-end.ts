import type { LinkListener, Proof, WireCost } from "@heartwire/core";
import type { WebSocket } from "ws";
import { type HeartbeatVia, PROOF, roleOf, webSocketCost } from "./wire.js";
import { type NetworkSocket, networkSocketOf } from "./ws-internals.js";

/** One mode over an existing WebSocket, as a transport and as a peer describe it. */
export abstract class WebSocketEnd {
  protected readonly ws: WebSocket;

  constructor(ws: WebSocket) {
    this.ws = ws;
  }

  protected abstract get via(): HeartbeatVia;
  abstract open(listener: LinkListener): WebSocketEnd;

  get name(): string {
    return `websocket-${this.via}`;
  }

  get proves(): Proof {
    return PROOF[this.via];
  }

  get wire(): WireCost {
    return webSocketCost(this.via, roleOf(this.ws));
  }

  get handle(): WebSocket {
    return this.ws;
  }

  get transport(): this {
    return this;
  }

  /** Made when asked for: Node knows it beyond the socket's end, if it was asked before. */
  get address(): string {
    return addressOf(networkSocketOf(this.ws));
  }
}

function addressOf(socket: NetworkSocket | undefined): string {
  const { remoteAddress, remotePort } = socket ?? {};
  if (remoteAddress === undefined) return "unknown";
  const host = remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress;
  return `${host}:${remotePort}`;
}
