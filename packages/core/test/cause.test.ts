import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CloseReason, causeOfError, type DeathCause, describeCause } from "../src/index.js";
import { closeReason } from "./harness/arbitraries.js";

const systemError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe("a socket's error has one typed cause", () => {
  const table: [string, "connecting" | "open", CloseReason][] = [
    ["ECONNREFUSED", "connecting", { kind: "refused", errno: "ECONNREFUSED" }],
    ["ECONNREFUSED", "open", { kind: "refused", errno: "ECONNREFUSED" }],
    ["EHOSTUNREACH", "connecting", { kind: "unreachable", errno: "EHOSTUNREACH" }],
    ["EHOSTUNREACH", "open", { kind: "unreachable", errno: "EHOSTUNREACH" }],
    ["ENETUNREACH", "connecting", { kind: "unreachable", errno: "ENETUNREACH" }],
    ["ENETDOWN", "open", { kind: "unreachable", errno: "ENETDOWN" }],
    ["EHOSTDOWN", "open", { kind: "unreachable", errno: "EHOSTDOWN" }],
    ["ENONET", "open", { kind: "unreachable", errno: "ENONET" }],
    ["EADDRNOTAVAIL", "connecting", { kind: "unreachable", errno: "EADDRNOTAVAIL" }],
    ["ECONNRESET", "open", { kind: "reset", errno: "ECONNRESET" }],
    ["EPIPE", "open", { kind: "reset", errno: "EPIPE" }],
    ["ECONNABORTED", "open", { kind: "reset", errno: "ECONNABORTED" }],
    ["ENOTCONN", "open", { kind: "reset", errno: "ENOTCONN" }],
    ["ETIMEDOUT", "open", { kind: "user-timeout", errno: "ETIMEDOUT" }],
    [
      "ECONNRESET",
      "connecting",
      { kind: "connect-failed", errno: "ECONNRESET", detail: "connect ECONNRESET" },
    ],
    ["ETIMEDOUT", "connecting", { kind: "connect-failed", errno: "ETIMEDOUT", detail: "connect ETIMEDOUT" }],
    ["ENOTFOUND", "connecting", { kind: "connect-failed", errno: "ENOTFOUND", detail: "connect ENOTFOUND" }],
    [
      "CERT_HAS_EXPIRED",
      "connecting",
      { kind: "connect-failed", errno: "CERT_HAS_EXPIRED", detail: "connect CERT_HAS_EXPIRED" },
    ],
    ["EPROTO", "open", { kind: "protocol", detail: "EPROTO: connect EPROTO" }],
  ];
  it.each(table)("%s while %s", (code, phase, cause) => {
    expect(causeOfError(systemError(code), phase)).toEqual(cause);
  });

  it("without a code, an open link met something that is not our protocol", () => {
    expect(causeOfError(new Error("Parse Error"), "open")).toEqual({
      kind: "protocol",
      detail: "Parse Error",
    });
  });

  it("without a code, a connect failed", () => {
    expect(causeOfError(new Error("Unexpected server response: 404"), "connecting")).toEqual({
      kind: "connect-failed",
      errno: "unknown",
      detail: "Unexpected server response: 404",
    });
  });

  it("an aggregate of one refusal per address is a refusal: localhost is ::1 and 127.0.0.1", () => {
    const refusals = [systemError("ECONNREFUSED"), systemError("ECONNREFUSED")];
    const aggregate = Object.assign(new AggregateError(refusals), { code: "ECONNREFUSED" });
    expect(causeOfError(aggregate, "connecting")).toEqual({ kind: "refused", errno: "ECONNREFUSED" });
  });

  it("anything may be thrown, and always has a cause that can be told", () => {
    const strange = fc.oneof(
      fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
      fc.constantFrom(Object.create(null), Symbol("odd"), undefined, null, "", () => {}, new Proxy({}, {})),
      fc.record({ code: fc.anything(), message: fc.anything() }),
    );
    fc.assert(
      fc.property(strange, fc.constantFrom("connecting", "open"), (thrown, phase) => {
        const cause = causeOfError(thrown, phase);
        expect(cause.kind).toBeTypeOf("string");
        if ("detail" in cause) expect(cause.detail).toBeTypeOf("string");
        expect(describeCause(cause).length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("every cause is told in one plain line", () => {
  const lines: { readonly [Kind in DeathCause["kind"]]: [Extract<DeathCause, { kind: Kind }>, string] } = {
    silence: [
      { kind: "silence", deadAfterMs: 3000.4, missed: 3 },
      "silent for 3000 ms (3 heartbeats missed)",
    ],
    "keepalive-timeout": [
      { kind: "keepalive-timeout", errno: "ETIMEDOUT" },
      "the kernel's keepalive probes went unanswered (ETIMEDOUT)",
    ],
    "user-timeout": [
      { kind: "user-timeout", errno: "ETIMEDOUT" },
      "a user timeout passed, or the kernel gave up on unacknowledged data (ETIMEDOUT)",
    ],
    reset: [{ kind: "reset", errno: "ECONNRESET" }, "the connection was reset (ECONNRESET)"],
    refused: [{ kind: "refused", errno: "ECONNREFUSED" }, "nothing listens there (ECONNREFUSED)"],
    unreachable: [{ kind: "unreachable", errno: "EHOSTUNREACH" }, "no way to the peer (EHOSTUNREACH)"],
    ended: [{ kind: "ended", by: "peer" }, "the peer's end was closed without a goodbye"],
    restarted: [
      { kind: "restarted", previousSession: 1, session: 2 },
      "the peer was restarted: the same address answers under a new session",
    ],
    protocol: [
      { kind: "protocol", detail: "HTTP/1.1 400" },
      "the peer does not speak this protocol: HTTP/1.1 400",
    ],
    unauthenticated: [
      { kind: "unauthenticated", detail: "bad tag" },
      "the peer's frames failed authentication: bad tag",
    ],
    "connect-failed": [
      { kind: "connect-failed", errno: "ENOTFOUND", detail: "no such host" },
      "the connection was never made (ENOTFOUND): no such host",
    ],
  };
  it.each(Object.values(lines))("$kind", (cause, line) => {
    expect(describeCause(cause)).toBe(line);
  });

  it("an end says who, and the close code and reason where there are", () => {
    expect(describeCause({ kind: "ended", by: "local" })).toBe("this process closed the connection");
    expect(describeCause({ kind: "ended", by: "peer", code: 1001, detail: "going away" })).toBe(
      "the peer's end was closed without a goodbye (code 1001): going away",
    );
  });

  it("a peer's own words cannot break the line, nor paint the terminal", () => {
    const detail = "bye\n2024-01-01 root logged in\u001b[31m\r\n";
    expect(describeCause({ kind: "ended", by: "peer", detail })).toBe(
      "the peer's end was closed without a goodbye: bye 2024-01-01 root logged in [31m",
    );
  });

  it("one line, whatever the evidence", () => {
    fc.assert(
      fc.property(closeReason, (cause) => {
        expect(describeCause(cause)).toMatch(/^\S.*\S$/);
      }),
    );
  });
});
