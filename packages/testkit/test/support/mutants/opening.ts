import type { Link } from "@heartwire/core";
import type { LinkFixture } from "../../../src/index.js";
import { memoryFixture } from "../memory-fixture.js";
import { tamper } from "../tamper.js";
import { broken, type Mutant } from "./mutant.js";

export const openingMutants: readonly Mutant[] = [
  {
    name: "has an empty name",
    caughtBy: "says what it is",
    message: /name must not be empty/,
    setup: () => memoryFixture({}, (near) => ({ ...tamper(near, {}), name: "" })),
  },
  {
    name: "lacks a hook that it declares",
    caughtBy: "exactly the hooks",
    message: /openHandles is declared/,
    setup: () => memoryFixture(),
    capabilities: { countsHandles: true },
  },
  {
    name: "calls opened() within open()",
    caughtBy: "never called before open() has returned",
    message: /opened\(\) was called before open\(\) had returned/,
    setup: broken(() => ({
      open(listener, open) {
        listener.opened();
        return open(listener);
      },
    })),
  },
  {
    name: "calls opened() twice",
    caughtBy: "opened() comes first and exactly once",
    message: /opened\(\) was called twice/,
    setup: broken(() => ({
      listener: (listener) => ({
        opened() {
          listener.opened();
          listener.opened();
        },
      }),
    })),
  },
  {
    name: "never opens",
    caughtBy: "opened() comes first and exactly once",
    message: /the near end to be opened: not within \d+ ms; the listener was never called/,
    setup: broken(() => ({ listener: () => ({ opened() {} }) })),
  },
  {
    name: "throws in send() before it is open",
    caughtBy: "send() in the turn of open()",
    message: /send\(.*\) threw Error: not open yet/,
    setup: broken(() => {
      let isOpen = false;
      return {
        listener: (listener) => ({
          opened() {
            isOpen = true;
            listener.opened();
          },
        }),
        link: (link) => ({
          send(heartbeat) {
            if (!isOpen) throw new Error("not open yet");
            link.send(heartbeat);
          },
        }),
      };
    }),
  },
  {
    name: "is not ready within opened()",
    caughtBy: "send() within opened()",
    message: /threw Error: not ready/,
    setup: broken(() => {
      let isReady = false;
      return {
        listener: (listener) => ({
          opened() {
            listener.opened();
            isReady = true;
          },
        }),
        link: (link) => ({
          send(heartbeat) {
            if (!isReady) throw new Error("not ready");
            link.send(heartbeat);
          },
        }),
      };
    }),
  },
  {
    name: "says that it never reads",
    caughtBy: "hearing() is true",
    message: /false/,
    setup: broken(() => ({ link: () => ({ hearing: () => false }) })),
  },
  { name: "mixes up its links", caughtBy: "side by side", message: /received|sent by/, setup: crosstalk() },
];

/** Every link sends on the link that was opened last. */
function crosstalk(): () => Promise<LinkFixture> {
  let latest: Link | undefined;
  return () =>
    memoryFixture({}, (near) =>
      tamper(near, {
        link(link) {
          latest = link;
          return { send: (heartbeat) => latest?.send(heartbeat) };
        },
      }),
    );
}
