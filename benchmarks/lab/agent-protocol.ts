import type { Instant } from "./clock.js";
import type { WireCounters } from "./frame-counters.js";
import type { EndHost } from "./topology.js";

/** What the agent of a host is asked to do. */
export type AgentRequest =
  | {
      /** At the router: forward, or silently drop, whatever comes in at these ports. */
      readonly kind: "set-forwarding";
      readonly ports: readonly EndHost[];
      readonly enabled: boolean;
    }
  | { readonly kind: "set-link"; readonly device: string; readonly up: boolean }
  /** At the router. */
  | { readonly kind: "read-counters" };

/** What the agent of a host answers: one reply a request, in order. */
export type AgentReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly instant: Instant }
  | { readonly kind: "counters"; readonly counters: WireCounters }
  | { readonly kind: "failed"; readonly why: string };
