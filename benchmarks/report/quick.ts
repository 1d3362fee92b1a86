/** The subjects of compact tables and pictures: one of each kind, and the recipe that most people use. */
export const QUICK_SUBJECTS: readonly string[] = [
  "tcp-keepalive",
  "tcp",
  "udp-echo",
  "udp-beat",
  "websocket-ping",
  "ws-readme",
];
