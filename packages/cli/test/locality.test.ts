import { describe, expect, test } from "vitest";
import { localityOf } from "../src/doctor/locality.js";
import { tcpRow } from "./support/tcp-row.js";

const between = (local: string, peer: string, state = 1) =>
  tcpRow({ local: { address: local, port: 41_000 }, peer: { address: peer, port: 5432 }, state });
const mirrorOf = (local: string, peer: string, state = 1) =>
  tcpRow({ local: { address: peer, port: 5432 }, peer: { address: local, port: 41_000 }, state });

describe("a connection is within this machine", () => {
  test.each(["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "::ffff:10.0.0.1"])(
    "if it goes to %s, from 10.0.0.1",
    (peer) => {
      expect(localityOf([], [])(between("10.0.0.1", peer))).toBe(true);
    },
  );

  test.each([
    ["both are IPv4", "10.77.0.1", "10.77.0.2", "10.77.0.1", "10.77.0.2"],
    ["one end is IPv4, mapped", "10.77.0.1", "10.77.0.2", "::ffff:10.77.0.1", "::ffff:10.77.0.2"],
    ["both are IPv6", "2001:db8::1", "2001:db8::2", "2001:db8::1", "2001:db8::2"],
  ])("if its other end is in the tables: %s", (_, local, peer, theirLocal, theirPeer) => {
    const row = between(local, peer);
    expect(localityOf([row, mirrorOf(theirLocal, theirPeer)], [])(row)).toBe(true);
    // Also one that is closing.
    expect(localityOf([row, mirrorOf(theirLocal, theirPeer, 8)], [])(row)).toBe(true);
  });

  test("if both addresses are the machine's, though the other end is not in sight", () => {
    const row = between("::ffff:10.77.0.1", "::ffff:10.77.0.2");
    expect(localityOf([row], ["10.77.0.1", "10.77.0.2"])(row)).toBe(true);
  });
});

describe("a connection goes to another machine", () => {
  test.each(["10.0.0.2", "2001:db8::1", "::127.0.0.1", "2001:db8::127:1"])("if it goes to %s", (peer) => {
    const row = between("10.0.0.1", peer);
    expect(localityOf([row], ["10.0.0.1"])(row)).toBe(false);
  });

  test("whoever listens, and whatever is between the same addresses", () => {
    const row = between("10.0.0.1", "10.0.0.2");
    const another = tcpRow({
      local: { address: "10.0.0.2", port: 5433 },
      peer: { address: "10.0.0.1", port: 41_000 },
    });
    expect(localityOf([row, another, mirrorOf("10.0.0.1", "10.0.0.2", 10)], [])(row)).toBe(false);
  });
});
