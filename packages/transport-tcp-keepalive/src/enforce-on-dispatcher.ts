import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { EventEmitter } from "node:events";
import type { SocketEnforcer } from "./socket-enforcer.js";

/** An `Agent`, `Pool`, `Client`, `BalancedPool` or `RoundRobinPool` of undici, by its shape. */
export interface UndiciDispatcherLike extends EventEmitter {
  dispatch: unknown;
}

/** Published by every undici in the process once a client is connected, the one inside Node included. */
export const CONNECTED = "undici:client:connected";

/** Those that tell of each connection they make; in Node's own bundle the names may begin with an underscore. */
const TELLING = /^_?(Agent|Pool|Client|BalancedPool|RoundRobinPool|H2CClient)$/;

export function isDispatcher(target: object): target is UndiciDispatcherLike {
  return "dispatch" in target && "on" in target && "off" in target;
}

/** Why a dispatcher's connections cannot be told from those of others; `undefined` if they can. */
export function whyNoEnforcement(dispatcher: UndiciDispatcherLike): string | undefined {
  for (let kind = dispatcher.constructor; kind.name !== ""; kind = Object.getPrototypeOf(kind)) {
    if (TELLING.test(kind.name)) return undefined;
  }
  return `target must not be undici's ${dispatcher.constructor.name}: it does not tell of the connections it makes. Enforce on the Agent, Pool or Client that it was given; or on all connections of undici, by enforceKeepaliveOnFetch(settings)`;
}

/**
 * Enforces on the connections that a dispatcher makes from now on. Its event `connect` has no socket; but what undici
 * publishes of each connection has, and comes just before it, in the same call.
 */
export function enforceOnDispatcher(dispatcher: UndiciDispatcherLike, enforcer: SocketEnforcer): void {
  let newest: unknown;
  const onPublished = (message: unknown): void => {
    newest = (message as { socket?: unknown }).socket;
  };
  const onConnect = (): void => {
    const socket = newest;
    newest = undefined;
    enforcer.take(socket);
  };
  subscribe(CONNECTED, onPublished);
  dispatcher.on("connect", onConnect);
  enforcer.atEnd(() => {
    unsubscribe(CONNECTED, onPublished);
    dispatcher.off("connect", onConnect);
  });
}
