import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { causeOfEnd, causeOfGone, causeOfSocketError, NO_EVIDENCE } from "../src/socket-cause.js";

const socketLike = (state: Partial<Socket>): Socket => state as Socket;
const systemError = (code: string, syscall = "read"): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

describe("causeOfSocketError", () => {
  it.each([
    // Known.
    { userTimeoutMs: 3000, unacknowledged: "yes", kind: "user-timeout" },
    { userTimeoutMs: 3000, unacknowledged: "no", kind: "user-timeout" },
    { userTimeoutMs: 0, unacknowledged: "yes", kind: "user-timeout" },
    { userTimeoutMs: 0, unacknowledged: "no", kind: "keepalive-timeout" },
    // Inferred.
    { userTimeoutMs: 0, unacknowledged: "unknown", kind: "keepalive-timeout" },
  ] as const)(
    "ETIMEDOUT, with user timeout $userTimeoutMs and unacknowledged data: $unacknowledged, is $kind",
    ({ kind, ...evidence }) => {
      expect(causeOfSocketError(systemError("ETIMEDOUT"), evidence)).toEqual({ kind, errno: "ETIMEDOUT" });
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
    expect(causeOfSocketError(systemError(code), NO_EVIDENCE)).toEqual({ kind, errno: code });
  });

  it.each([
    ["an error of the application's own", new Error("pool closed")],
    ["a time-out of the application's own", Object.assign(new Error("pool closed"), { code: "ETIMEDOUT" })],
    ["an aborted signal", Object.assign(new Error("pool closed"), { code: "ABORT_ERR" })],
    ["a thrown string", "pool closed"],
  ])("%s, given to destroy(), is an end made here", (_, error) => {
    expect(causeOfSocketError(error, { userTimeoutMs: 3000, unacknowledged: "yes" })).toEqual({
      kind: "ended",
      by: "local",
      detail: "pool closed",
    });
  });

  it.each([
    ["ETIMEDOUT", "connect"],
    ["ENOTFOUND", "getaddrinfo"],
  ])("%s of %s was no open connection's", (code, syscall) => {
    expect(causeOfSocketError(systemError(code, syscall), NO_EVIDENCE)).toMatchObject({
      kind: "connect-failed",
      errno: code,
    });
  });

  it("ETIMEDOUT of every address was no open connection's", () => {
    const all = Object.assign(new AggregateError([], ""), { code: "ETIMEDOUT" });
    expect(causeOfSocketError(all, NO_EVIDENCE)).toMatchObject({ kind: "connect-failed" });
  });

  it("a TLS alert is the protocol's", () => {
    const alert = Object.assign(new Error("bad record mac"), { code: "ERR_SSL_BAD_RECORD_MAC" });
    expect(causeOfSocketError(alert, NO_EVIDENCE)).toMatchObject({ kind: "protocol" });
    expect(causeOfSocketError(systemError("EPROTO", "write"), NO_EVIDENCE)).toMatchObject({
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
    expect(causeOfGone(socketLike({ errored: null, readableEnded: true }), NO_EVIDENCE)).toMatchObject({
      by: "peer",
    });
    expect(causeOfGone(socketLike({ errored: null, readableEnded: false }), NO_EVIDENCE)).toMatchObject({
      by: "local",
    });
    expect(causeOfGone(socketLike({ errored: systemError("ECONNRESET") }), NO_EVIDENCE)).toMatchObject({
      kind: "reset",
    });
  });
});
