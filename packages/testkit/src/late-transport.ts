import type { Heartbeat, Link, LinkListener, Transport } from "@heartwire/core";
import { type ListenerCall, listenerOf, replayCall } from "./listener-call.js";

/** A transport whose real one is still to come; see {@link lateTransport}. */
export interface LateTransport {
  /** Can be opened at once, and only once. Until the real one is there, it is simply not `opened` yet. */
  readonly transport: Transport;
  /**
   * Hands over the real transport, and opens it before returning if {@link transport} was opened already:
   * call it directly within `PeerSourceListener.peer`.
   *
   * @throws Error when called twice, or when the real transport calls its listener before `open()` has returned.
   */
  arrive(transport: Transport): void;
}

/**
 * Stands in for a transport that exists only later: the server's side of a link, which is there once the
 * client has connected.
 *
 * ```ts
 * const far = lateTransport({ name: "tcp", proves: "process", wire: near.wire });
 * tcpPeers(server).listen({ peer: (peer) => far.arrive(peer.transport), rejected() {}, closed() {} });
 * return { near, far: far.transport, dispose };
 * ```
 */
export function lateTransport(description: Pick<Transport, "name" | "proves" | "wire">): LateTransport {
  const state: { listener?: LinkListener; arrived?: Transport; link?: Link; closed: boolean } = {
    closed: false,
  };
  const tryOpen = (): void => {
    if (state.listener === undefined || state.arrived === undefined || state.closed) return;
    state.link = openStrictly(state.arrived, state.listener);
  };
  return {
    transport: {
      ...description,
      open(listener: LinkListener): Link {
        if (state.listener !== undefined) throw new Error("a late transport is opened only once");
        state.listener = listener;
        // Deferred: the listener must not be called before this open() has returned.
        if (state.arrived !== undefined) queueMicrotask(tryOpen);
        return {
          send(heartbeat: Heartbeat): void {
            state.link?.send(heartbeat);
          },
          close(): void {
            state.closed = true;
            state.link?.close();
          },
          refuse: () => state.link?.refuse?.(),
          hearing: () => state.link?.hearing?.() ?? true,
        };
      },
    },
    arrive(transport: Transport): void {
      if (state.arrived !== undefined) throw new Error("a late transport arrives only once");
      state.arrived = transport;
      tryOpen();
    },
  };
}

/** Opens, and does not let calls through that come before `open()` has returned. */
function openStrictly(transport: Transport, listener: LinkListener): Link {
  let returned = false;
  const pass = (call: ListenerCall): void => {
    if (!returned) throw new Error(`${transport.name}: ${call.call}() was called before open() had returned`);
    replayCall(call, listener);
  };
  const link = transport.open(listenerOf(pass));
  returned = true;
  return link;
}
