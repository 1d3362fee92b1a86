import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import {
  checkKeepaliveSettings,
  type KeepaliveSettings,
  type LinkListener,
  requireDurationMs,
  requireInteger,
} from "@heartwire/core";
import { KeepaliveLink } from "./keepalive-link.js";
import {
  KEEPALIVE_WIRE,
  KeepaliveSetter,
  type KeepaliveTransport,
  type ReportListener,
} from "./keepalive-transport.js";
import { requireFunction, requireObject } from "./require.js";

/** Options that keepalive itself decides, or that would take the socket's data away. */
type OptionsNotOurs = "keepAlive" | "keepAliveInitialDelay" | "onread" | "readable" | "writable" | "fd";

/** The connection that {@link keepalive} makes. All other options are those of `net.connect`. */
export interface KeepaliveOptions extends Omit<TcpNetConnectOpts, OptionsNotOurs> {
  readonly settings: KeepaliveSettings;
  /** `true`, or the options of `tls.connect`. Default: plain TCP. */
  readonly tls?: boolean | ConnectionOptions;
  /** How long name look-up, connect and TLS handshake may take together. Default 10 000; may be Infinity. */
  readonly connectTimeoutMs?: number;
  /**
   * Takes the connected socket, just before the link opens, to use it: from then on the application must read
   * it. Without this, what the peer sends is read, counts as evidence, and is thrown away. The link destroys
   * the socket at its end either way.
   */
  readonly onSocket?: (socket: Socket) => void;
  /** Hears what became of the settings, just before a link opens. */
  readonly onReport?: ReportListener;
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 0x7fff_ffff;

/**
 * Opens a TCP or TLS connection of its own for each link, watched over by the kernel's keepalive. `open()`
 * throws what `net.connect` throws at once for options it refuses; all else arrives as the cause.
 *
 * @throws RangeError when a setting, `port` or `connectTimeoutMs` is out of range, with its name and value.
 * @throws TypeError when `options` or `settings` is no object, or `onSocket` or `onReport` no function.
 */
export function keepalive(options: KeepaliveOptions): KeepaliveTransport {
  requireObject("options", options, "an object such as { host, port, settings }");
  const { settings, tls = false, connectTimeoutMs = 10_000, onSocket, onReport, ...netOptions } = options;
  requireFunction("onSocket", onSocket);
  checkKeepaliveSettings(settings);
  requireInteger("port", netOptions.port, 1, 65_535);
  if (connectTimeoutMs !== Number.POSITIVE_INFINITY) {
    requireDurationMs("connectTimeoutMs", connectTimeoutMs, 1, MAX_TIMER_MS);
  }
  const setter = new KeepaliveSetter(settings, onReport);
  return {
    name: "tcp-keepalive",
    proves: "connection",
    wire: KEEPALIVE_WIRE,
    get report() {
      return setter.report;
    },
    open(listener: LinkListener): KeepaliveLink {
      const socket = connect(netOptions, tls);
      return new KeepaliveLink({
        socket,
        listener,
        owner: "link",
        openingEvent: tls === false ? "connect" : "secureConnect",
        data: onSocket === undefined ? "drained" : "left",
        connectTimeoutMs,
        ready() {
          const inForce = setter.apply(socket);
          // onReport may have closed the link.
          if (!socket.destroyed) onSocket?.(socket);
          return inForce;
        },
        released() {},
      });
    },
  };
}

function connect(netOptions: TcpNetConnectOpts, tls: boolean | ConnectionOptions): Socket {
  if (tls === false) return connectTcp(netOptions);
  return connectTls({ ...netOptions, ...(tls === true ? {} : tls) });
}
