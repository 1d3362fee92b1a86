import type { Socket } from "node:net";
import { type RecordingListener, recordingListener } from "@heartwire/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EvidenceSampler } from "../src/evidence-sampler.js";
import { decodeTcpInfo, type TcpInfo, type TcpInfoReading } from "../src/index.js";

const settings = { idleMs: 10_000, intervalMs: 5000, userTimeoutMs: 0 };
const ABSENT = decodeTcpInfo(Uint8Array.of(1)) as TcpInfo;

/** A socket whose TCP_INFO is what the test says; ages are counted from `heardMs`. */
class Fixture {
  heardMs = performance.now();
  fields: Partial<TcpInfo> = {};
  unreadable: string | undefined;
  reads = 0;
  readonly socket = { bytesWritten: 0 };
  readonly listener: RecordingListener;
  readonly sampler: EvidenceSampler;

  constructor(react?: () => void) {
    this.listener = recordingListener(react);
    this.sampler = new EvidenceSampler(this.socket as Socket, this.listener, settings, () => this.#read());
  }

  #read(): TcpInfoReading {
    this.reads += 1;
    if (this.unreadable !== undefined) return { kind: "unreadable", why: this.unreadable };
    const ageMs = performance.now() - this.heardMs;
    return { ...ABSENT, lastDataReceivedMs: ageMs, lastAckReceivedMs: ageMs, ...this.fields };
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("EvidenceSampler", () => {
  it("tells at once when the peer was heard, then of silence, then of life", () => {
    const fixture = new Fixture();
    fixture.heardMs -= 4000;
    fixture.sampler.start();
    expect(fixture.listener.calls).toEqual([{ call: "active", agoMs: 4000 }]);
    vi.advanceTimersByTime(6000);
    fixture.fields = { unansweredProbes: 1 };
    vi.advanceTimersByTime(400);
    expect(fixture.listener.calls.slice(1)).toEqual([{ call: "doubted", silentMs: 10_400 }]);
    vi.advanceTimersByTime(3000);
    fixture.heardMs = performance.now();
    fixture.fields = {};
    vi.advanceTimersByTime(2000);
    expect(fixture.listener.calls.slice(2)).toEqual([{ call: "active", agoMs: 2000 }]);
    fixture.sampler.stop();
  });

  it("costs one getsockopt in an idle time while data flows", () => {
    const fixture = new Fixture();
    fixture.sampler.start();
    for (let step = 0; step < 1000; step++) {
      fixture.heardMs = performance.now();
      vi.advanceTimersByTime(100);
    }
    expect(fixture.reads).toBeLessThanOrEqual(1 + 100_000 / settings.idleMs);
    fixture.sampler.stop();
  });

  it("leaves no timer behind once stopped, twice, and tells nothing more", () => {
    const fixture = new Fixture();
    fixture.sampler.start();
    expect(vi.getTimerCount()).toBe(1);
    fixture.sampler.stop();
    fixture.sampler.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer behind when the listener stops it in the call itself", () => {
    const fixture: Fixture = new Fixture(() => fixture.sampler.stop());
    fixture.sampler.start();
    expect(fixture.listener.calls).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never looks again where there is no TCP_INFO, and still says that the handshake was heard", () => {
    const fixture = new Fixture();
    fixture.unreadable = "no koffi";
    fixture.sampler.start();
    expect(fixture.listener.calls).toEqual([{ call: "active" }]);
    expect(vi.getTimerCount()).toBe(0);
    expect(fixture.sampler.unacknowledged).toBe("unknown");
  });

  it("does the same where TCP_INFO is too short to tell when the peer was heard", () => {
    const fixture = new Fixture();
    fixture.fields = { lastAckReceivedMs: undefined };
    fixture.sampler.start();
    expect(fixture.listener.calls).toEqual([{ call: "active" }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("makes nothing of a connection that the kernel has given up, and keeps what it knew", () => {
    const fixture = new Fixture();
    fixture.fields = { unacknowledgedSegments: 1 };
    fixture.sampler.start();
    fixture.fields = { state: "closed" };
    vi.advanceTimersByTime(20_000);
    expect(fixture.listener.calls).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(fixture.sampler.unacknowledged).toBe("yes");
  });
});

describe("unacknowledged data", () => {
  it.each([
    ["in flight", { unacknowledgedSegments: 1 }, 0, "yes"],
    ["not even sent", { notSentBytes: 1 }, 0, "yes"],
    ["none", { unacknowledgedSegments: 0, notSentBytes: 0 }, 0, "no"],
    ["written since the last look", { unacknowledgedSegments: 0 }, 10, "yes"],
  ] as const)("%s", (_, fields, writtenSince, expected) => {
    const fixture = new Fixture();
    fixture.fields = fields;
    fixture.sampler.start();
    fixture.socket.bytesWritten += writtenSince;
    expect(fixture.sampler.unacknowledged).toBe(expected);
    fixture.sampler.stop();
  });
});
