import { catalogueOf } from "./catalogue.js";
import type { Results, SubjectRow } from "./results.js";

/**
 * Who stands in compact tables and in the README's picture: keepalive as it is and as a kernel engineer sets it, a
 * heartbeat of each kind, and what people copy.
 */
export const COMPACT_SUBJECTS: readonly string[] = [
  "tcp-keepalive",
  "tcp-keepalive-user-timeout",
  "tcp",
  "udp-echo",
  "udp-beat",
  "websocket-ping",
  "ws-readme",
];

/** Those of them that took part in a run. */
export function compactSubjects(results: Results): SubjectRow[] {
  return catalogueOf(results).subjects.filter(({ name }) => COMPACT_SUBJECTS.includes(name));
}
