import fc from "fast-check";
import {
  type CloseReason,
  type FrameRejection,
  type Heartbeat,
  type Input,
  MAX_PAYLOAD_OCTETS,
} from "../../src/index.js";

/** The corners of a uint32 more often than chance would have them. */
export const uint32 = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);

const limit = fc.option(uint32, { nil: undefined });
const payload = fc.option(fc.uint8Array({ minLength: 1, maxLength: MAX_PAYLOAD_OCTETS }), { nil: undefined });

export const anyHeartbeat: fc.Arbitrary<Heartbeat> = fc
  .tuple(fc.constantFrom("beat", "probe", "echo", "bye"), uint32, uint32, limit, payload)
  .map(([kind, seq, intervalMs, minReceiveMs, carried]) => {
    if (kind === "bye") return { kind };
    const more = {
      ...(minReceiveMs === undefined ? {} : { minReceiveMs }),
      ...(carried === undefined ? {} : { payload: carried }),
    };
    return kind === "beat" ? { kind, seq, intervalMs, ...more } : { kind, seq, ...more };
  });

export const closeReason: fc.Arbitrary<CloseReason> = fc.constantFrom<CloseReason>(
  { kind: "keepalive-timeout", errno: "ETIMEDOUT" },
  { kind: "user-timeout", errno: "ETIMEDOUT" },
  { kind: "reset", errno: "ECONNRESET" },
  { kind: "refused", errno: "ECONNREFUSED" },
  { kind: "unreachable", errno: "EHOSTUNREACH" },
  { kind: "ended", by: "peer" },
  { kind: "ended", by: "local", code: 1006, detail: "abnormal" },
  { kind: "restarted", previousSession: 1, session: 2 },
  { kind: "protocol", detail: "HTTP", rejection: { kind: "malformed", reason: "unknown-version" } },
  { kind: "unauthenticated", detail: "bad tag" },
  { kind: "connect-failed", errno: "ENOTFOUND", detail: "no such host" },
);

export const rejection: fc.Arbitrary<FrameRejection> = fc.constantFrom<FrameRejection>(
  { kind: "malformed", reason: "truncated" },
  { kind: "oversized", octets: 9000, limitOctets: 265 },
  { kind: "too-many-peers", limit: 4 },
);

/** Anything a driver may hand over, sensible or not. */
export const anyInput: fc.Arbitrary<Input> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Input>({ type: "opened" }) },
  { weight: 6, arbitrary: anyHeartbeat.map<Input>((heartbeat) => ({ type: "received", heartbeat })) },
  { weight: 2, arbitrary: fc.constant<Input>({ type: "active" }) },
  { weight: 2, arbitrary: rejection.map<Input>((it) => ({ type: "rejected", rejection: it })) },
  { weight: 1, arbitrary: closeReason.map<Input>((reason) => ({ type: "closed", reason })) },
  { weight: 1, arbitrary: fc.constant<Input>({ type: "closed" }) },
  { weight: 4, arbitrary: fc.constant<Input>({ type: "tick" }) },
  { weight: 1, arbitrary: fc.nat(5000).map<Input>((stalledMs) => ({ type: "stalled", stalledMs })) },
);
