// What every user needs from the core, so that one import is enough.
export {
  type CloseReason,
  type Configuration,
  type DeathCause,
  describeCause,
  type FixedTimeoutOptions,
  type FrameRejection,
  fixedTimeout,
  type GroupSilenceEvent,
  type GroupSilenceOptions,
  type HeartbeatRequirements,
  type JacobsonOptions,
  jacobson,
  type KeepaliveBound,
  type KeepaliveSettings,
  keepaliveBound,
  keepaliveDetection,
  keepaliveFor,
  type Link,
  type LinkListener,
  type LivenessEvent,
  type NfdEOptions,
  nfdE,
  type Path,
  type Peer,
  type PeerSource,
  type PhiAccrual,
  type PhiAccrualOptions,
  type Policy,
  type PolicyFactory,
  type PolicyMode,
  type Prediction,
  type Proof,
  phiAccrual,
  policyFor,
  predict,
  type Requirements,
  STALL_THRESHOLD_MS,
  type State,
  type Transport,
  trustKernel,
} from "@heartwire/core";
export { type MonitorOptions, monitor } from "./monitor.js";
export * from "./monitor-peers.js";
export * from "./monotonic-scheduler.js";
export * from "./reconnect.js";
export * from "./respond.js";
export * from "./to-status.js";
