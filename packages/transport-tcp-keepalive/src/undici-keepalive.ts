import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { PartialKeepaliveSettings } from "@heartwire/core";
import { CONNECTED } from "./enforce-on-dispatcher.js";
import {
  type EnforceKeepaliveOptions,
  type KeepaliveEnforcement,
  SocketEnforcer,
} from "./socket-enforcer.js";

/** How undici hears of a connection. */
export type ConnectCallback = (
  ...outcome: [error: null, socket: Socket] | [error: Error, socket: null]
) => void;

/** How undici makes a connection: what its `buildConnector` returns, and its option `connect` takes. */
export type Connector<Target> = (target: Target, callback: ConnectCallback) => void;

/**
 * A connector for undici's `Agent`, `Pool`, `Client` and their like that applies settings, as
 * {@link applyKeepalive} does, to each connection (after the handshake, with TLS), before undici uses it:
 *
 * `new Agent({ connect: keepaliveConnector(buildConnector({}), settings) })`
 *
 * Without it undici sets an idle time of 60 s on each connection, and what Node forces with that.
 *
 * @throws RangeError when a setting is outside the kernel's range, with its name and value.
 * @throws TypeError when `connector` is no function.
 */
export function keepaliveConnector<Target>(
  connector: Connector<Target>,
  settings: PartialKeepaliveSettings,
  options: EnforceKeepaliveOptions = {},
): Connector<Target> {
  if (typeof connector !== "function") {
    throw new TypeError(
      `connector must be a function, such as undici's buildConnector({}), not ${connector}`,
    );
  }
  const enforcer = new SocketEnforcer(settings, options);
  return (target, callback) =>
    connector(target, (...outcome) => {
      enforcer.take(outcome[1]);
      callback(...outcome);
    });
}

/**
 * Applies settings, as {@link applyKeepalive} does, to every connection that undici makes in this process from
 * now on: those of the global `fetch`, and of any other undici that is loaded, whatever its dispatcher. To
 * choose connections, give {@link enforceKeepalive} a dispatcher instead, or use {@link keepaliveConnector}. Connections that are open already keep what they
 * have.
 *
 * @throws RangeError when a setting is outside the kernel's range, with its name and value.
 */
export function enforceKeepaliveOnFetch(
  settings: PartialKeepaliveSettings,
  options: EnforceKeepaliveOptions = {},
): KeepaliveEnforcement {
  const enforcer = new SocketEnforcer(settings, options);
  const onConnected = (message: unknown): void => enforcer.take((message as { socket?: unknown }).socket);
  subscribe(CONNECTED, onConnected);
  enforcer.atEnd(() => unsubscribe(CONNECTED, onConnected));
  return enforcer;
}
