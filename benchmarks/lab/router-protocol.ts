import type { Instant } from "./clock.js";
import type { WireCounters } from "./frame-counters.js";
import type { EndHost } from "./topology.js";

/** What the router's agent is asked to do. */
export type AgentRequest =
  | {
      /** Forward, or silently drop, whatever comes in at these ports. */
      readonly kind: "set-forwarding";
      readonly ports: readonly EndHost[];
      readonly enabled: boolean;
    }
  | { readonly kind: "set-link"; readonly port: EndHost; readonly up: boolean }
  | { readonly kind: "read-counters" };

/** What the router's agent answers: one reply a request, in order. */
export type AgentReply =
  | { readonly kind: "done"; readonly instant: Instant }
  | { readonly kind: "counters"; readonly counters: WireCounters }
  | { readonly kind: "failed"; readonly why: string };
