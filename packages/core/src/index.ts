export * from "./cause.js";
export * from "./codec.js";
export * from "./heartbeat.js";
export * from "./policy.js";
export * from "./rejection.js";
export * from "./transport.js";
export * from "./wire-cost.js";
