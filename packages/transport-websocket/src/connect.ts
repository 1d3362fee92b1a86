import { type LinkListener, requireDurationMs, type Transport } from "@heartwire/core";
import { type ClientOptions, WebSocket } from "ws";
import { requireVia } from "./mode.js";
import { OwnedLink } from "./owned-link.js";
import { type HeartbeatVia, PROOF, webSocketCost } from "./wire.js";

/** How long a handshake may take unless the options say otherwise. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** For {@link webSocket}. */
export interface ConnectOptions {
  /** With the scheme ws, wss, http, https or ws+unix. */
  readonly url: string | URL;
  readonly via: HeartbeatVia;
  /**
   * From open() to an open WebSocket: name look-up, TLS and HTTP upgrade together. 1 to 2^31 - 1.
   * Default {@link DEFAULT_CONNECT_TIMEOUT_MS}.
   */
  readonly connectTimeoutMs?: number;
  /** Subprotocols to offer. */
  readonly protocols?: string | readonly string[];
  /** Passed on to `ws`: headers, TLS, compression, agent. */
  readonly options?: ClientOptions;
  /**
   * Called within open() with each new WebSocket, still connecting, for the application to use. It must not
   * close it for good: that is up to the link.
   */
  readonly onSocket?: (ws: WebSocket) => void;
}

const SCHEMES = new Set(["ws:", "wss:", "http:", "https:", "ws+unix:"]);
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A WebSocket of our own for each `open()`, so that a reconnecting monitor gets a new one each time.
 *
 * `close()` terminates it: a dead peer answers no closing handshake. Only after a `bye` does `close()` first
 * send a close frame (1000), and terminate a second later if the peer has not answered.
 *
 * A connect that fails arrives as `closed`: `refused`, `unreachable`, or `connect-failed` with what `ws` says,
 * such as "Unexpected server response: 401".
 *
 * @throws TypeError when url or via is none; RangeError when connectTimeoutMs is out of range.
 */
export function webSocket(options: ConnectOptions): Transport {
  const { via, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  requireVia(via);
  requireUrl(options.url);
  requireDurationMs("connectTimeoutMs", connectTimeoutMs, 1, MAX_TIMER_MS);
  const connect = (): WebSocket => {
    const { url, protocols, options: clientOptions } = options;
    return new WebSocket(url, protocols === undefined ? [] : [protocols].flat(), clientOptions);
  };
  return {
    name: `websocket-${via}`,
    proves: PROOF[via],
    wire: webSocketCost(via, "client"),
    open: (listener: LinkListener) =>
      new OwnedLink(listener, { connect, via, connectTimeoutMs, onSocket: options.onSocket }),
  };
}

function requireUrl(url: string | URL): void {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed === undefined || !SCHEMES.has(parsed.protocol) || parsed.hash !== "") {
    throw new TypeError(`url must be a WebSocket URL without fragment, not ${String(url)}`);
  }
}
