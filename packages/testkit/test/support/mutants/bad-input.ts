import type { EventEmitter } from "node:events";
import { broken, type Mutant, withHooks } from "./mutant.js";

export const badInputMutants: readonly Mutant[] = [
  {
    name: "does not tell of malformed frames",
    caughtBy: "every malformed frame is rejected",
    message: /the near end to reject/,
    setup: broken(() => ({ listener: () => ({ rejected() {} }) })),
  },
  {
    name: "takes a malformed frame for life",
    caughtBy: "every malformed frame is rejected",
    message: /no evidence of life/,
    setup: broken(() => ({
      listener: (listener) => ({
        rejected(rejection) {
          listener.rejected(rejection);
          listener.active();
        },
      }),
    })),
  },
  {
    name: "makes a heartbeat of garbage",
    caughtBy: "random frames are rejected",
    message: /the near end to reject|sent by|rejected once/,
    setup: broken(() => ({
      listener: (listener) => ({
        rejected: () => listener.received({ kind: "beat", seq: 0, intervalMs: 0 }),
      }),
    })),
  },
  {
    name: "dies of garbage on the wire",
    caughtBy: "garbage on the wire",
    message: /must not be closed|not within/,
    setup: broken(() => ({
      listener: (listener, link) => ({
        rejected(rejection) {
          link().close();
          listener.closed({ kind: "protocol", detail: "garbage", rejection });
        },
      }),
    })),
  },
  {
    name: "lets garbage in a stream look like an unreachable host",
    caughtBy: "garbage in the stream",
    message: /closed as unreachable/,
    setup: broken(() => ({
      listener: (listener, link) => ({
        rejected() {
          link().close();
          listener.closed({ kind: "unreachable", errno: "EHOSTUNREACH" });
        },
      }),
    })),
    capabilities: { injectsWire: "stream" },
  },
  {
    name: "lets an exception of garbage escape",
    isProcessWide: true,
    caughtBy: "garbage on the wire",
    message: /uncaught: .*escaped/,
    setup: withHooks(() => ({
      injectWire() {
        // What Node itself does first; a real one would then end this test's own process.
        (process as EventEmitter).emit("uncaughtExceptionMonitor", new Error("escaped"), "uncaughtException");
      },
    })),
  },
];
