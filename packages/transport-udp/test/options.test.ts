import { describe, expect, test } from "vitest";
import { type UdpHubOptions, type UdpOptions, udp, udpHub } from "../src/index.js";
import { loopbackHub } from "./support.js";

describe("options that cannot be throw at once, with their name and value", () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ port: -1 }, /RangeError.*port.*-1/],
    [{ port: 65_536 }, /RangeError.*port.*65536/],
    [{ port: Number.NaN }, /RangeError.*port.*NaN/],
    [{ port: "5000" }, /TypeError.*port.*"5000"/],
    [{ type: "udp5" }, /TypeError.*type.*"udp5"/],
    [{ address: "" }, /TypeError.*address.*""/],
    [{ maxPeers: 0 }, /RangeError.*maxPeers.*0/],
    [{ maxPeers: 1.5 }, /RangeError.*maxPeers.*1.5/],
    [{ recvBufferOctets: 0 }, /RangeError.*recvBufferOctets.*0/],
    [{ lookup: "dns" }, /TypeError.*lookup.*"dns"/],
  ])("udpHub(%j)", (options, message) => {
    expect(thrownBy(() => udpHub(options as UdpHubOptions))).toMatch(message);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{ host: "" }, /TypeError.*host.*""/],
    [{ host: undefined }, /TypeError.*host.*undefined/],
    [{ port: 0 }, /RangeError.*port.*0/],
    [{ type: 4 }, /TypeError.*type.*4/],
    [{ localAddress: "" }, /TypeError.*localAddress.*""/],
    [{ localPort: 70_000 }, /RangeError.*localPort.*70000/],
    [{ lookup: {} }, /TypeError.*lookup/],
  ])("udp(%j)", (options, message) => {
    expect(thrownBy(() => udp({ host: "127.0.0.1", port: 5000, ...options } as UdpOptions))).toMatch(message);
  });

  test("hub.connect()", () => {
    const hub = loopbackHub();
    expect(thrownBy(() => hub.connect({ host: "", port: 1 }))).toMatch(/TypeError.*host/);
    expect(thrownBy(() => hub.connect({ host: "127.0.0.1", port: 0 }))).toMatch(/RangeError.*port.*0/);
  });
});

function thrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  return "nothing was thrown";
}
