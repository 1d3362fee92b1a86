import type { Fault } from "../faults/index.js";
import type { Subject } from "./subject.js";

/** Why a fault cannot befall a contender, if it cannot. */
export function whyNot({ peerCannot }: Subject, { tellsPeer }: Fault): string | undefined {
  return tellsPeer && peerCannot?.[tellsPeer];
}
