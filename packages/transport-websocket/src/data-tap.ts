import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { linksOf, type OpenLinks } from "./link-places.js";

type Listener = (this: Duplex, chunk: unknown) => void;
/** As Node's own `once` does it: whoever removes, or asks for, the listener inside finds this one. */
type Wrapper = Listener & { readonly listener: Listener };

const OWNER = Symbol("heartwire WebSocket");
type Owned = { [OWNER]?: WebSocket };

/** By the listener inside: the one of `ws` is the same for all sockets, and so is its wrapper. */
const wrappers = new WeakMap<Listener, Wrapper>();

/**
 * Tells the links of a WebSocket of each chunk of octets on its socket, behind the listener of `ws` and so behind the
 * events of the frames in it. A second listener would make an array of 64 octets, copied at each chunk; so the one of
 * `ws` is wrapped, if it is the only one.
 */
export function tapData(socket: Duplex, ws: WebSocket): void {
  (socket as Owned)[OWNER] = ws;
  const listeners = socket.rawListeners("data") as (Listener | Wrapper)[];
  if (listeners.some(isOurs)) return;
  const [only, second] = listeners;
  if (only === undefined || second !== undefined || "listener" in only) socket.on("data", tell);
  else replace(socket, only, wrapperOf(only));
}

/** Leaves the listener of `ws` as it was. */
export function untapData(socket: Duplex): void {
  socket.off("data", tell);
  for (const listener of socket.rawListeners("data") as (Listener | Wrapper)[]) {
    if (listener !== tell && isOurs(listener)) replace(socket, listener, (listener as Wrapper).listener);
  }
}

function isOurs(listener: Listener | Wrapper): boolean {
  return listener === tell || ("listener" in listener && wrappers.get(listener.listener) === listener);
}

/** At its place, the first; but only `on` tells the stream that somebody listens. */
function replace(socket: Duplex, before: Listener, after: Listener): void {
  socket.off("data", before);
  if (socket.listenerCount("data") > 0) socket.prependListener("data", after);
  else socket.on("data", after);
}

function wrapperOf(listener: Listener): Wrapper {
  let wrapper = wrappers.get(listener);
  if (wrapper === undefined) {
    wrapper = Object.assign(
      function (this: Duplex, chunk: unknown): void {
        const links = linksOn(this);
        listener.call(this, chunk);
        if (links !== undefined) tellLinks(links);
      },
      { listener },
    );
    wrappers.set(listener, wrapper);
  }
  return wrapper;
}

function tell(this: Duplex): void {
  const links = linksOn(this);
  if (links !== undefined) tellLinks(links);
}

function linksOn(socket: Duplex): OpenLinks | undefined {
  const ws = (socket as Owned)[OWNER];
  return ws === undefined ? undefined : linksOf(ws);
}

function tellLinks({ ping, messages }: OpenLinks): void {
  ping?.handleData();
  messages?.handleData();
}
