import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { causeOfEnd, causeOfGone, causeOfSocketError } from "../src/socket-cause.js";

const socketLike = (state: Partial<Socket>): Socket => state as Socket;
const systemError = (code: string, syscall = "read"): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

describe("causeOfSocketError", () => {
  it.each([
    { userTimeoutMs: 0, bytesWritten: 0, kind: "keepalive-timeout" },
    { userTimeoutMs: 0, bytesWritten: 10, kind: "keepalive-timeout" },
    { userTimeoutMs: 3000, bytesWritten: 0, kind: "keepalive-timeout" },
    { userTimeoutMs: 3000, bytesWritten: 10, kind: "user-timeout" },
  ])(
    "ETIMEDOUT with user timeout $userTimeoutMs and $bytesWritten octets written is $kind",
    ({ userTimeoutMs, bytesWritten, kind }) => {
      const socket = socketLike({ bytesWritten });
      expect(causeOfSocketError(systemError("ETIMEDOUT"), socket, userTimeoutMs)).toEqual({
        kind,
        errno: "ETIMEDOUT",
      });
    },
  );

  it.each([
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["ECONNABORTED", "reset"],
    ["EHOSTUNREACH", "unreachable"],
    ["ENETUNREACH", "unreachable"],
    ["ENETDOWN", "unreachable"],
  ])("%s is %s", (code, kind) => {
    expect(causeOfSocketError(systemError(code), socketLike({}), 0)).toEqual({ kind, errno: code });
  });

  it.each([
    ["an error of the application's own", new Error("pool closed")],
    ["a time-out of the application's own", Object.assign(new Error("pool closed"), { code: "ETIMEDOUT" })],
    ["an aborted signal", Object.assign(new Error("pool closed"), { code: "ABORT_ERR" })],
    ["a thrown string", "pool closed"],
  ])("%s, given to destroy(), is an end made here", (_, error) => {
    expect(causeOfSocketError(error, socketLike({ bytesWritten: 1 }), 3000)).toEqual({
      kind: "ended",
      by: "local",
      detail: "pool closed",
    });
  });

  it.each([
    ["ETIMEDOUT", "connect"],
    ["ENOTFOUND", "getaddrinfo"],
  ])("%s of %s was no open connection's", (code, syscall) => {
    expect(causeOfSocketError(systemError(code, syscall), socketLike({}), 0)).toMatchObject({
      kind: "connect-failed",
      errno: code,
    });
  });

  it("ETIMEDOUT of every address was no open connection's", () => {
    const all = Object.assign(new AggregateError([], ""), { code: "ETIMEDOUT" });
    expect(causeOfSocketError(all, socketLike({}), 0)).toMatchObject({ kind: "connect-failed" });
  });

  it("a TLS alert is the protocol's", () => {
    const alert = Object.assign(new Error("bad record mac"), { code: "ERR_SSL_BAD_RECORD_MAC" });
    expect(causeOfSocketError(alert, socketLike({}), 0)).toMatchObject({ kind: "protocol" });
    expect(causeOfSocketError(systemError("EPROTO", "write"), socketLike({}), 0)).toMatchObject({
      kind: "protocol",
    });
  });
});

describe("an end without an error", () => {
  it("belongs to whoever sent the first FIN", () => {
    expect(causeOfEnd(socketLike({ writableEnded: false }))).toEqual({ kind: "ended", by: "peer" });
    expect(causeOfEnd(socketLike({ writableEnded: true }))).toEqual({ kind: "ended", by: "local" });
  });

  it("found afterwards, is the peer's if its FIN was read", () => {
    expect(causeOfGone(socketLike({ errored: null, readableEnded: true }), 0)).toMatchObject({ by: "peer" });
    expect(causeOfGone(socketLike({ errored: null, readableEnded: false }), 0)).toMatchObject({
      by: "local",
    });
    expect(causeOfGone(socketLike({ errored: systemError("ECONNRESET") }), 0)).toMatchObject({
      kind: "reset",
    });
  });
});
