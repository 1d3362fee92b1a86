import type { LivenessEvent } from "heartwire";

/** Who found that a link is dead: what counts apart when the peer lives. */
export type VerdictBy =
  /** The monitor, or its kernel: it heard nothing for too long, or nothing reached it any more. */
  | "monitor"
  /** The other end, or its kernel, ended the connection or refused to go on; the monitor was only told. */
  | "other-end"
  /** The library says the same of both. */
  | "unknown";

/** With these our own kernel gives up; with all others the connection was ended from elsewhere. */
const OWN_KERNEL = /\b(ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)\b/;

/** What a socket that has closed says of it. */
export function verdictOfSocket(cause: string): VerdictBy {
  return OWN_KERNEL.test(cause) ? "monitor" : "other-end";
}

/** What our own cause of death says of it. */
export function verdictOfCause(cause: Extract<LivenessEvent, { type: "dead" }>["cause"]): VerdictBy {
  switch (cause.kind) {
    case "reset":
    case "refused":
    case "restarted":
      return "other-end";
    case "ended":
      return cause.by === "peer" ? "other-end" : "monitor";
    default:
      return "monitor";
  }
}
