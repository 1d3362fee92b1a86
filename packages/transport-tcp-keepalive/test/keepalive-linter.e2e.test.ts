import { describe, expect, it } from "vitest";
import { readKeepalive, systemKeepalive } from "../src/index.js";
import { socketPair } from "./support/sockets.js";

// The name is cited by the linter, src/keepalive-linter.ts.
describe("what Node does with fractions of a second", () => {
  it("leaves the idle time unset below one second, and cuts the fraction off above", async ({ skip }) => {
    const { near } = await socketPair();
    const system = systemKeepalive();
    const before = readKeepalive(near);
    if (before.kind === "unreadable") return skip(before.why);
    if (system.kind === "unreadable") return skip(system.why);
    expect(before).toMatchObject({ enabled: false, idleMs: system.idleMs });
    near.setKeepAlive(true, 500);
    expect(readKeepalive(near)).toMatchObject({ enabled: true, idleMs: system.idleMs });
    near.setKeepAlive(true, 1999);
    expect(readKeepalive(near)).toMatchObject({ enabled: true, idleMs: 1000 });
  });
});
