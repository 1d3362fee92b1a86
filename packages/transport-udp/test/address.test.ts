import type { LookupFunction } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { formatAddress, ipv4Number, NOT_IPV4, numericLookup, resolveHost } from "../src/address.js";

/** A look-up that knows one name with these addresses. */
function names(...addresses: string[]): LookupFunction {
  return (_host, _options, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
}

const neverAsked: LookupFunction = (host) => {
  throw new Error(`${host} was looked up`);
};

describe("resolveHost", () => {
  test.each([
    ["10.0.0.1", undefined, { address: "10.0.0.1", type: "udp4" }],
    ["fd00::1", undefined, { address: "fd00::1", type: "udp6" }],
    ["FD00:0:0:0::1", undefined, { address: "fd00::1", type: "udp6" }],
    ["fe80:0::1%eth0", undefined, { address: "fe80::1%eth0", type: "udp6" }],
    ["10.0.0.1", "udp6", { address: "::ffff:10.0.0.1", type: "udp6" }],
    ["0.0.0.0", undefined, { address: "127.0.0.1", type: "udp4" }],
    ["::", undefined, { address: "::1", type: "udp6" }],
  ] as const)("%s for %s needs no look-up and becomes canonical", async (host, type, expected) => {
    expect(await resolveHost(host, type, neverAsked)).toEqual(expected);
  });

  test("a name with both versions: the type decides, and IPv4 without one", async () => {
    const both = names("fd00::1", "10.0.0.1");
    expect(await resolveHost("peer", undefined, both)).toEqual({ address: "10.0.0.1", type: "udp4" });
    expect(await resolveHost("peer", "udp4", both)).toEqual({ address: "10.0.0.1", type: "udp4" });
    expect(await resolveHost("peer", "udp6", both)).toEqual({ address: "fd00::1", type: "udp6" });
  });

  test("a look-up that disregards `all` and answers with one string will do", async () => {
    const one: LookupFunction = (_host, _options, answer) => answer(null, "10.0.0.1", 4);
    expect(await resolveHost("peer", undefined, one)).toEqual({ address: "10.0.0.1", type: "udp4" });
  });

  test("IPv6 alone does not reach from a udp4 socket, nor does a name without addresses", async () => {
    const unsupported = expect.objectContaining({ code: "EAFNOSUPPORT" });
    await expect(resolveHost("fd00::1", "udp4", neverAsked)).rejects.toEqual(unsupported);
    await expect(resolveHost("peer", "udp4", names("fd00::1"))).rejects.toEqual(unsupported);
    await expect(resolveHost("peer", undefined, names())).rejects.toEqual(unsupported);
  });

  test("a failing look-up rejects with its own error", async () => {
    const failure = Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
    const failing: LookupFunction = (_host, _options, answer) => answer(failure, "");
    await expect(resolveHost("peer", undefined, failing)).rejects.toBe(failure);
  });
});

test("numericLookup answers a number within the call", () => {
  const answer = vi.fn();
  numericLookup("127.0.0.1", { family: 4 }, answer);
  numericLookup("::1", { family: 6 }, answer);
  expect(answer.mock.calls).toEqual([
    [null, "127.0.0.1", 4],
    [null, "::1", 6],
  ]);
});

test("formatAddress puts IPv6 in brackets", () => {
  expect(formatAddress("10.0.0.2", 40312)).toBe("10.0.0.2:40312");
  expect(formatAddress("fd00::2", 40312)).toBe("[fd00::2]:40312");
});

describe("an IPv4 address as a number", () => {
  test("is what its octets say, and different for different addresses", () => {
    expect(ipv4Number("1.2.3.4")).toBe(0x01020304);
    expect(ipv4Number("255.255.255.255")).toBe(-1);
    const number = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(number, ([a, b, c, d]) => {
        expect(ipv4Number([a, b, c, d].join("."))).toBe((a << 24) | (b << 16) | (c << 8) | d);
      }),
    );
  });

  test("is none of anything else", () => {
    for (const other of ["::1", "fe80::1%eth0", "localhost", "::ffff:1.2.3.4"]) {
      expect(ipv4Number(other)).toBe(NOT_IPV4);
    }
  });
});
