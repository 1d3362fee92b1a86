import type { Heartbeat, Link } from "@heartwire/core";
import type { LinkCapabilities, LinkFixture } from "../../../src/index.js";
import { memoryFixture } from "../memory-fixture.js";
import { type Tampering, tamper } from "../tamper.js";

/** A transport that breaks the contract in one way, and the case that must notice. */
export interface Mutant {
  /** What is wrong with it. */
  readonly name: string;
  /** What the name of the case contains. */
  readonly caughtBy: string;
  /** What the error says. */
  readonly message: RegExp;
  readonly setup: () => Promise<LinkFixture>;
  /** Its fault shows in every case that runs meanwhile. */
  readonly isProcessWide?: true;
  /** What it declares otherwise than a sound pair in memory. */
  readonly capabilities?: Partial<LinkCapabilities>;
}

/** A new fixture whose near end is broken. */
export const broken = (tampering: () => Tampering) => (): Promise<LinkFixture> =>
  memoryFixture({}, (near) => tamper(near, tampering()));

/** Breaks only the sending of heartbeats. */
export const brokenSend = (send: (heartbeat: Heartbeat, link: Link) => void) =>
  broken(() => ({ link: (link) => ({ send: (heartbeat) => send(heartbeat, link) }) }));

/** A sound pair with other hooks. */
export const withHooks =
  (hooks: (fixture: LinkFixture) => Partial<LinkFixture>) => async (): Promise<LinkFixture> => {
    const fixture = await memoryFixture();
    return { ...fixture, ...hooks(fixture) };
  };
