import type { Heartbeat, Link, LinkListener, Transport } from "@heartwire/core";

/** What a broken transport does differently; what it leaves out is sound. */
export interface Tampering {
  /** Instead of opening. */
  open?(listener: LinkListener, open: (listener: LinkListener) => Link): Link;
  /** Around the listener's calls. */
  listener?(listener: LinkListener, link: () => Link): Partial<LinkListener>;
  /** Around the link's methods. */
  link?(link: Link, listener: LinkListener): Partial<Link>;
}

/** Breaks a sound transport in one way. */
export function tamper(transport: Transport, tampering: Tampering): Transport {
  return {
    name: transport.name,
    proves: transport.proves,
    wire: transport.wire,
    open(listener) {
      let inner: Link | undefined;
      const link = (): Link => {
        if (inner === undefined) throw new Error("not open yet");
        return inner;
      };
      const openInner = (outer: LinkListener): Link => {
        inner = transport.open({ ...bound(outer), ...tampering.listener?.(outer, link) });
        const sound: Link = inner;
        return {
          send: (heartbeat: Heartbeat) => sound.send(heartbeat),
          close: () => sound.close(),
          ...tampering.link?.(sound, outer),
        };
      };
      return tampering.open?.(listener, openInner) ?? openInner(listener);
    },
  };
}

function bound(listener: LinkListener): LinkListener {
  return {
    opened: () => listener.opened(),
    received: (heartbeat) => listener.received(heartbeat),
    active: (agoMs) => listener.active(agoMs),
    doubted: (silentMs) => listener.doubted(silentMs),
    rejected: (rejection) => listener.rejected(rejection),
    closed: (reason) => listener.closed(reason),
  };
}
