import { costClaims } from "./claims/cost.js";
import { detectionClaims } from "./claims/detection.js";
import type { Claim } from "./claims/evidence.js";
import { natureClaims } from "./claims/nature.js";
import type { JudgedClaim, Results } from "./results.js";

/** The folklore about keepalive and heartbeats, each line a question put to the figures. */
export const claims: readonly Claim[] = [...natureClaims, ...detectionClaims, ...costClaims];

/** Judges every claim by the figures of one run; where they are missing, says which. */
export function judgeClaims(results: Results): JudgedClaim[] {
  return claims.map(({ id, claim, judge }) => ({ id, claim, ...judge(results) }));
}

/** The same results with their claims judged, as they go into results.json. */
export function withClaims(results: Results): Results {
  return { ...results, claims: judgeClaims(results) };
}
