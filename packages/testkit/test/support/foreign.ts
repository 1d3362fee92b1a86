import type { EventEmitter } from "node:events";
import type { Link, LinkListener, Transport } from "@heartwire/core";
import { tamper } from "./tamper.js";

/** A peer of a server: it is `opened` only by its first heartbeat. */
export function knownByHeartbeat(transport: Transport): Transport {
  return tamper(transport, {
    listener(listener) {
      let isKnown = false;
      return {
        opened() {},
        received(heartbeat) {
          if (!isKnown) listener.opened();
          isKnown = true;
          listener.received(heartbeat);
        },
      };
    },
  });
}

/** A foreign peer whose protocol has an answer to probes and nothing else, as WebSocket's pong. */
export function answering(transport: Transport): Transport {
  return tamper(transport, {
    listener: (_, link) => ({
      received(heartbeat) {
        if (heartbeat.kind === "probe") link().send({ ...heartbeat, kind: "echo" });
      },
    }),
    link: () => ({ send() {} }),
  });
}

/** Sends nothing but probes. */
export function probing(transport: Transport): Transport {
  return tamper(transport, {
    link: (link) => ({
      send(heartbeat) {
        if (heartbeat.kind === "probe") link.send(heartbeat);
      },
    }),
  });
}

/** Sends nothing at all, as kernel keepalive. */
export function mute(transport: Transport): Transport {
  return tamper(transport, { link: () => ({ send() {} }) });
}

/** A transport beside an application on one emitter: data of the application is evidence. */
export function sharing(transport: Transport, application: EventEmitter): Transport {
  return tamper(transport, {
    open(listener: LinkListener, open: (listener: LinkListener) => Link): Link {
      const heard = (): void => listener.active();
      const detach = (): void => {
        application.off("data", heard);
      };
      application.on("data", heard);
      const link = open({
        ...listener,
        closed(reason) {
          detach();
          if (reason === undefined) listener.closed();
          else listener.closed(reason);
        },
      });
      return {
        send: (heartbeat) => link.send(heartbeat),
        close() {
          detach();
          link.close();
        },
      };
    },
  });
}
