import type { Link } from "@heartwire/core";
import { memoryFixture } from "../memory-fixture.js";
import { broken, type Mutant, withHooks } from "./mutant.js";

const SILENT: Link = { send() {}, close() {} };
const WIRE = { probe: { out: [1], in: [1] }, beat: { out: [1], in: [] }, loss: "drops" } as const;

export const endingMutants: readonly Mutant[] = [
  {
    name: "calls closed() twice",
    caughtBy: "an abrupt break of the far end closes",
    message: /closed\(.*\) was called after closed\(\)/,
    setup: broken(() => ({
      listener: (listener) => ({
        closed(reason) {
          listener.closed(reason);
          listener.closed(reason);
        },
      }),
    })),
  },
  {
    name: "never tells of the end",
    caughtBy: "an orderly end of the path closes",
    message: /the near end to be closed: not within/,
    setup: broken(() => ({ listener: () => ({ closed() {} }) })),
  },
  {
    name: "gives another cause than declared",
    caughtBy: "an abrupt break of the far end closes",
    message: /closed as .*reset.*declared: ended/,
    setup: () => memoryFixture(),
    capabilities: { brokenAs: ["ended"] },
  },
  {
    name: "notices a break against its declaration",
    caughtBy: "an abrupt break of the far end goes unnoticed",
    message: /closed\(\) at the near end/,
    setup: () => memoryFixture(),
    capabilities: { brokenAs: [] },
  },
  {
    name: "notices an end against its declaration",
    caughtBy: "an orderly end of the path goes unnoticed",
    message: /closed\(\) at the near end/,
    setup: () => memoryFixture(),
    capabilities: { endedAs: [] },
  },
  {
    name: "opens towards nobody",
    caughtBy: "a connect that fails",
    message: /the lone end to be closed/,
    setup: withHooks(() => ({ nobody: { name: "", proves: "process", wire: WIRE, open: () => SILENT } })),
  },
  {
    name: "does not count application data as evidence",
    caughtBy: "application's own data arrives",
    message: /the near end to be active/,
    setup: withHooks(() => ({ sendApplicationData() {} })),
    capabilities: { sharedWithApplication: true },
  },
];
