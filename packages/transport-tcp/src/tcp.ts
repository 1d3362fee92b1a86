import net from "node:net";
import tls from "node:tls";
import { causeOfError, type Link, type LinkListener, type Transport } from "@heartwire/core";
import { FrameReader } from "./frame-reader.js";
import { malformedOption, streamSocketCost } from "./heartbeat-socket.js";
import { LinkReport } from "./link-report.js";
import { integerOption, timeLimitOption } from "./options.js";
import { SocketLink } from "./socket-link.js";

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** Node's own connect options that {@link tcp} passes on as they are. */
export type TcpConnectOptions = Pick<
  net.TcpNetConnectOpts,
  | "localAddress"
  | "localPort"
  | "family"
  | "hints"
  | "lookup"
  | "keepAlive"
  | "keepAliveInitialDelay"
  | "autoSelectFamily"
  | "autoSelectFamilyAttemptTimeout"
>;

/** What {@link tcp} needs and can be told. */
export interface TcpOptions extends TcpConnectOptions {
  /** A name or an address. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** TLS over the connection, with Node's own options; `{}` for its defaults. SNI is `host` unless given. */
  readonly tls?: Omit<tls.ConnectionOptions, "host" | "port" | "path" | "socket" | keyof TcpConnectOptions>;
  /** For name lookup, connection and TLS handshake together. 10 000 unless given; Infinity for no limit. */
  readonly connectTimeoutMs?: number;
  /** Malformed frames in a row, without a good one, that end the link. 1 or more; 16 unless given. */
  readonly maxMalformedFrames?: number;
}

/**
 * Heartbeats on a TCP or TLS connection of its own: each open() makes a new one, so to reconnect is to open
 * again. A link that closes destroys its socket at once and never waits for a dead peer; only a `bye` sent
 * just before gets up to one second to leave this process.
 *
 * Proves `process`. What else holds, see {@link heartbeatSocket}. A connection that cannot be made arrives as
 * `closed`: `refused`, `unreachable`, or `connect-failed` with the errno (`ENOTFOUND`, `ETIMEDOUT`, TLS's).
 *
 * @throws TypeError when host is empty, or by Node when the TLS options hold no usable certificate or key.
 * @throws RangeError when port, connectTimeoutMs or maxMalformedFrames is out of its range.
 */
export function tcp(options: TcpOptions): Transport {
  const { connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, maxMalformedFrames, ...connect } = options;
  if (typeof options.host !== "string" || options.host === "") {
    throw new TypeError(`host must be a name or an address, not ${JSON.stringify(options.host)}`);
  }
  integerOption("port", options.port, 1, 65_535);
  timeLimitOption("connectTimeoutMs", connectTimeoutMs);
  const link = { fate: "destroy", maxMalformedFrames: malformedOption(maxMalformedFrames) } as const;
  const dial = dialler(connect);
  return {
    name: "tcp",
    proves: "process",
    wire: streamSocketCost(options.tls !== undefined, 1),
    open(listener) {
      let socket: net.Socket;
      try {
        socket = dial();
      } catch (error) {
        return neverOpened(listener, error);
      }
      socket.setNoDelay(true);
      limitConnecting(socket, connectTimeoutMs);
      return new SocketLink(socket, listener, { ...link, reader: new FrameReader() });
    },
  };
}

function dialler({ tls: secure, ...connect }: TcpOptions): () => net.Socket {
  if (secure === undefined) return () => net.connect({ ...connect });
  // Made once: bad certificates are told at once, and reconnecting does not parse them again.
  const secureContext = secure.secureContext ?? tls.createSecureContext(secure);
  const servername = net.isIP(connect.host) === 0 ? { servername: connect.host } : {};
  return () => tls.connect({ ...servername, ...secure, ...connect, secureContext });
}

function limitConnecting(socket: net.Socket, limitMs: number): void {
  if (limitMs === Number.POSITIVE_INFINITY) return;
  const limit = setTimeout(() => {
    const error = new Error(`not connected within ${limitMs} ms`);
    socket.destroy(Object.assign(error, { code: "ETIMEDOUT" }));
  }, limitMs);
  const clear = () => clearTimeout(limit);
  socket.once(socket instanceof tls.TLSSocket ? "secureConnect" : "connect", clear);
  socket.once("close", clear);
}

/** Node refused the options themselves, as for a localAddress that is none. */
function neverOpened(listener: LinkListener, error: unknown): Link {
  const report = new LinkReport(listener);
  process.nextTick(() => report.closed(causeOfError(error, "connecting")));
  return { send() {}, close: () => report.stop() };
}
