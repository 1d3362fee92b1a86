import type { WebSocket } from "ws";
import { linksOf } from "./link-places.js";

type Emit = (this: WebSocket, event: string | symbol, ...values: unknown[]) => boolean;

interface Tap {
  readonly emit: Emit;
  /** What was there before, and gets all that goes on. */
  readonly before: Emit;
}

/** Answered by a tap, wherever somebody may have wrapped it since. */
const PRESENT = Symbol("heartwire present");

/** By what they stand before and by their `emit`: nearly all WebSockets have the same, and so share one. */
const taps = new WeakMap<Emit, Tap>();

/**
 * Lets the links of a WebSocket hear what it emits, without listeners: 'close' and 'error' have one each already, and
 * a second makes an array of 64 octets. Nor does a listener have a say over the next, and heartbeats in messages have
 * to be kept from all the ways that lead from `emit` to the application: on, once, onmessage, addEventListener,
 * events.on, createWebSocketStream.
 */
export function tapEmit(ws: WebSocket): void {
  // Beneath a wrapper that outlived the last link it is there still.
  if (!ws.emit(PRESENT)) ws.emit = tapBefore(ws.emit).emit;
}

/** Makes `emit` what it was. Wrapped by somebody since, ours stays below theirs, and only passes on. */
export function untapEmit(ws: WebSocket): void {
  const tap = taps.get(ws.emit);
  if (tap === undefined || ws.emit !== tap.emit) return;
  Reflect.deleteProperty(ws, "emit");
  // It was the WebSocket's own before, not its class's.
  if (ws.emit !== tap.before) ws.emit = tap.before;
}

function tapBefore(before: Emit): Tap {
  const known = taps.get(before);
  if (known !== undefined) return known;
  const emit: Emit = function (event, ...values) {
    if (event === PRESENT) return true;
    // Asked first: whoever opens a link when told of an event is not told of it again.
    const { ping, messages } = linksOf(this);
    if (messages?.takes(event, values[0], values[1]) === true) return true;
    const handlesErrors = ping !== undefined || messages !== undefined;
    // With no listener at all it would be thrown.
    if (event === "error" && handlesErrors && this.listenerCount("error") === 0) this.once("error", ignore);
    const wasHeard = before.call(this, event, ...values);
    ping?.hears(event, values[0], values[1]);
    messages?.hears(event, values[0], values[1]);
    return wasHeard;
  };
  const tap = { emit, before };
  taps.set(before, tap);
  taps.set(emit, tap);
  return tap;
}

function ignore(): void {}
