import { beforeEach, describe, expect, it } from "vitest";
import type { Instant, WireCounters } from "../lab/index.js";
import { observe, visitors, whyNoLab } from "./lab/outside.js";

/** Ten times what an idle machine needs, because a test may run on a busy one. */
const MAX_UNCERTAINTY_MS = 30;

interface Heard {
  readonly datagrams: number;
  readonly errors: string[];
  readonly tcpEvents: string[];
}

interface Spoken {
  readonly atMonitor: Heard;
  readonly atPeer: Heard;
  readonly counters: WireCounters;
}

describe.each(visitors)("a lab $title", (visitor) => {
  const why = whyNoLab(visitor);
  beforeEach((context) => {
    if (why !== undefined) {
      context.skip(why);
    }
  });

  describe("the wire", () => {
    it.for([
      ["both", 3, 3],
      ["to-peer", 6, 3],
      ["to-monitor", 3, 6],
    ] as const)("cut %s is silent, and can be mended", async ([direction, monitorHears, peerHears]) => {
      const seen = await observe<{ before: Spoken; during: Spoken; after: Spoken; instant: Instant }>(
        visitor,
        "cut",
        direction,
      );
      expect(seen.before).toMatchObject({ atMonitor: { datagrams: 3 }, atPeer: { datagrams: 3 } });
      expect(seen.during.atMonitor).toMatchObject({ datagrams: monitorHears, errors: [] });
      expect(seen.during.atPeer).toMatchObject({ datagrams: peerHears, errors: [] });
      // The counters see every frame, an ICMP error too: none has come but the datagrams heard.
      expect(seen.during.counters.in.frames).toBe(monitorHears);
      expect(seen.after.atMonitor.datagrams).toBe(monitorHears + 3);
      expect(seen.after.atPeer.datagrams).toBe(peerHears + 3);
      expect(seen.instant.uncertaintyMs).toBeLessThan(MAX_UNCERTAINTY_MS);
    });

    it("counts every frame and octet, and is silent unless somebody speaks", async () => {
      const { idle, counted } = await observe<{ idle: WireCounters; counted: WireCounters }>(
        visitor,
        "counters",
      );
      const none = { frames: 0, octets: 0 };
      expect(idle).toEqual({ out: none, in: none });
      // Ethernet 14, IPv4 20 and UDP 8 octets go before the datagram's own.
      expect(counted).toEqual({
        out: { frames: 25, octets: 25 * 42 + 5 * (0 + 8 + 18 + 100 + 1472) },
        in: { frames: 7, octets: 7 * (42 + 9) },
      });
    });

    it("carries bulk data in frames that fit an Ethernet", async () => {
      const { tcpOctets, counters } = await observe<{ tcpOctets: number; counters: WireCounters }>(
        visitor,
        "bulk",
      );
      expect(tcpOctets).toBe(1_448_000);
      // A full segment is 1448 octets behind 66 of headers; 1000 of them, and a few for the handshake.
      expect(counters.out.frames).toBeGreaterThanOrEqual(1000);
      expect(counters.out.octets / counters.out.frames).toBeLessThanOrEqual(1514);
    });
  });

  it("lives beside others, and leaves nothing when closed", async () => {
    const seen = await observe<{ heard: number[]; afterClose: string }>(visitor, "lifecycle");
    expect(seen).toMatchObject({ heard: [1, 0], namespaces: [], processes: [] });
    expect(seen.afterClose).toMatch(/The lab "first" is closed/);
  });

  it("says what was wrong", async () => {
    const seen = await observe(visitor, "mistakes");
    expect(seen).toEqual({
      crash: expect.stringMatching(/no-such-module\.mjs on peer ended \(exit code 1\).*Cannot find module/s),
      code: 1,
      strike: expect.stringContaining("no-such-module.mjs on peer has ended"),
      sameName: expect.stringContaining("File exists"),
      badName: expect.stringMatching(/^RangeError: name .* "A lab"$/),
    });
  });
});
