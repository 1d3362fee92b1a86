import net from "node:net";
import { describe, expect, test } from "vitest";
import {
  dialectSocket,
  heartbeatSocket,
  redisDialect,
  sharedPeers,
  shareSocket,
  tcp,
  tcpPeers,
} from "../src/index.js";

const socket = new net.Socket();
const server = net.createServer();

describe("options that cannot work throw at once, with name and value", () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "maxMalformedFrames %d",
    (maxMalformedFrames) => {
      const wrong = { maxMalformedFrames };
      const message = new RegExp(`maxMalformedFrames.*${maxMalformedFrames}`);
      expect(() => heartbeatSocket(socket, wrong)).toThrow(message);
      expect(() => shareSocket(socket, wrong)).toThrow(message);
      expect(() => tcpPeers(server, wrong)).toThrow(message);
      expect(() => sharedPeers(server, wrong)).toThrow(message);
      expect(() => tcp({ host: "localhost", port: 1, ...wrong })).toThrow(message);
    },
  );

  test.each([0, -1, Number.NaN])("maxPeers, maxReadAheadOctets, maxOutstandingProbes %d", (value) => {
    expect(() => tcpPeers(server, { maxPeers: value })).toThrow(RangeError);
    expect(() => sharedPeers(server, { maxPeers: value })).toThrow(/maxPeers/);
    expect(() => shareSocket(socket, { maxReadAheadOctets: value })).toThrow(/maxReadAheadOctets/);
    expect(() => dialectSocket(socket, redisDialect(), { maxOutstandingProbes: value })).toThrow(
      /maxOutstandingProbes/,
    );
  });

  test.each([0, -1, 65_536, 1.5])("port %d", (port) => {
    expect(() => tcp({ host: "localhost", port })).toThrow(new RegExp(`port.*${port}`));
  });

  test.each([0, -1, Number.NaN, 2 ** 31])("connectTimeoutMs %d", (connectTimeoutMs) => {
    expect(() => tcp({ host: "localhost", port: 1, connectTimeoutMs })).toThrow(/connectTimeoutMs/);
  });

  test("host, onClose, TLS certificates, and a socket that gives strings", () => {
    expect(() => tcp({ host: "", port: 1 })).toThrow(TypeError);
    expect(() => tcp({ host: "localhost", port: 1, tls: { cert: "none" } })).toThrow();
    const onClose = "keep" as "detach";
    expect(() => heartbeatSocket(socket, { onClose })).toThrow(/onClose.*keep/);
    expect(() => tcpPeers(server, { onClose })).toThrow(/onClose.*keep/);
    const decoding = new net.Socket().setEncoding("utf8");
    for (const use of [heartbeatSocket, shareSocket]) expect(() => use(decoding)).toThrow(TypeError);
    expect(() => dialectSocket(decoding, redisDialect())).toThrow(/utf8/);
  });

  test("Infinity is no limit for connecting", () => {
    expect(tcp({ host: "localhost", port: 1, connectTimeoutMs: Number.POSITIVE_INFINITY }).name).toBe("tcp");
  });
});
