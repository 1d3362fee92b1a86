import type { Socket } from "node:net";
import { checkKeepaliveSettings, type KeepaliveSettings, type LinkListener } from "@heartwire/core";
import { KeepaliveLink } from "./keepalive-link.js";
import {
  KEEPALIVE_WIRE,
  KeepaliveSetter,
  type KeepaliveTransport,
  type ReportListener,
} from "./keepalive-transport.js";
import { requireObject } from "./require.js";

/** What {@link keepaliveSocket} may be told besides. */
export interface KeepaliveSocketOptions {
  /** Hears what became of the settings, just before a link opens. */
  readonly onReport?: ReportListener;
}

/**
 * Watches over a `net.Socket` or `tls.TLSSocket` of the application's, connecting or connected, by the
 * kernel's keepalive. It never reads the socket, never writes to it, never destroys it; `close()` detaches,
 * and leaves keepalive on.
 *
 * While a link is open, the socket's `error` is heard here, and so is no longer thrown as unhandled: it
 * arrives as the cause. The peer's FIN is seen only once the application has read all that came before it.
 *
 * `open()` throws Error while another link of this transport is open; one after another is allowed.
 *
 * @throws RangeError when a setting is outside the kernel's range, with its name and value.
 * @throws TypeError when `socket` or `settings` is no object, or `onReport` no function.
 */
export function keepaliveSocket(
  socket: Socket,
  settings: KeepaliveSettings,
  options: KeepaliveSocketOptions = {},
): KeepaliveTransport {
  requireObject("socket", socket, "a net.Socket");
  checkKeepaliveSettings(settings);
  const setter = new KeepaliveSetter(settings, options.onReport);
  let link: KeepaliveLink | undefined;
  return {
    name: "tcp-keepalive",
    proves: "connection",
    wire: KEEPALIVE_WIRE,
    get report() {
      return setter.report;
    },
    open(listener: LinkListener): KeepaliveLink {
      if (link !== undefined) throw new Error("a keepalive link on this socket is open already");
      link = linkOver(socket, listener, setter, () => {
        link = undefined;
      });
      return link;
    },
  };
}

/** A link over a socket that stays the application's. */
export function linkOver(
  socket: Socket,
  listener: LinkListener,
  setter: KeepaliveSetter,
  released: () => void,
): KeepaliveLink {
  return new KeepaliveLink({
    socket,
    listener,
    owner: "application",
    openingEvent: socket.pending && !socket.destroyed ? "connect" : "none",
    data: "left",
    connectTimeoutMs: Number.POSITIVE_INFINITY,
    ready: () => setter.apply(socket),
    released,
  });
}
