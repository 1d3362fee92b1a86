import type { LinkFixture } from "../../../src/index.js";
import { memoryFixture } from "../memory-fixture.js";
import { type Tampering, tamper } from "../tamper.js";
import { broken, type Mutant } from "./mutant.js";

/** Its close() only pretends. */
const neverClosed = broken(() => ({ link: () => ({ close() {} }) }));

export const releasingMutants: readonly Mutant[] = [
  {
    name: "opens although it was closed",
    caughtBy: "close() in the turn of open()",
    message: /opened\(\) was called after close\(\)/,
    setup: neverClosed,
  },
  {
    name: "throws when it is closed again",
    caughtBy: "close() is idempotent",
    message: /close\(\) threw Error: closed already/,
    setup: broken(() => {
      let isClosed = false;
      return {
        link: (link) => ({
          close() {
            if (isClosed) throw new Error("closed already");
            isClosed = true;
            link.close();
          },
        }),
      };
    }),
  },
  {
    name: "throws in send() after close()",
    caughtBy: "close() is idempotent",
    message: /send\(.*\) threw Error: closed/,
    setup: broken(() => {
      let isClosed = false;
      return {
        link: (link) => ({
          send(heartbeat) {
            if (isClosed) throw new Error("closed");
            link.send(heartbeat);
          },
          close() {
            isClosed = true;
            link.close();
          },
        }),
      };
    }),
  },
  {
    name: "goes on receiving after close()",
    caughtBy: "nothing is called after close()",
    message: /received\(.*\) was called after close\(\)/,
    setup: neverClosed,
  },
  ...(["opened", "received", "rejected", "closed"] as const).map(
    (callback): Mutant => ({
      name: `calls active() once more when closed within ${callback}()`,
      caughtBy: `close() within ${callback}() is the last word`,
      message: /active\(\) was called after close/,
      setup: broken(() => ({
        listener: (listener) => ({
          [callback](...data: readonly never[]) {
            (listener[callback] as (...data: readonly never[]) => void)(...data);
            listener.active();
          },
        }),
      })),
    }),
  ),
  {
    name: "calls active() twice when closed within active()",
    caughtBy: "close() within active() is the last word",
    message: /active\(\) was called after close/,
    setup: sharing(),
    capabilities: { sharedWithApplication: true },
  },
  {
    name: "leaves a handle open",
    caughtBy: "close() releases every handle",
    message: /handles left after close\(\)/,
    setup: () => {
      let open = 0;
      const counted: Tampering = {
        open(listener, openInner) {
          open++;
          return openInner(listener);
        },
      };
      return memoryFixture({}, (near) => tamper(near, counted)).then((fixture) => ({
        ...fixture,
        openHandles: () => open,
      }));
    },
    capabilities: { countsHandles: true },
  },
];

/** A near end whose application data comes as two calls of active() at once. */
function sharing(): () => Promise<LinkFixture> {
  return async () => {
    let activate = (): void => {};
    const fixture = await memoryFixture({}, (near) =>
      tamper(near, {
        open(listener, open) {
          activate = () => {
            listener.active();
            listener.active();
          };
          return open(listener);
        },
      }),
    );
    return { ...fixture, sendApplicationData: () => activate() };
  };
}
