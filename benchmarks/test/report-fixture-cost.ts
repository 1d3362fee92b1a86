// Synthetic figures of cost, for tests and for looking at the page.
import type { CostRow } from "../report/results.js";

/** Rows with and without a limit, of one contender and of several side by side. */
export function syntheticCost(): CostRow[] {
  const spread = (value: number) => ({ p5: value * 0.95, p95: value * 1.07 });
  const row = (name: string, subject: string, value: number, unit: string, bar?: number): CostRow => ({
    name,
    subject,
    value,
    unit,
    ...(bar !== undefined && { bar, met: value <= bar }),
    n: 9,
    spread: spread(value),
  });
  const ofPeers = (peers: number, value: number): CostRow => ({
    name: "UDP beat ÷ bare listener",
    peers,
    value,
    unit: "ratio",
    bar: 1.25,
    met: value <= 1.25,
    n: 5,
    spread: spread(value),
  });
  return [
    ofPeers(100, 1.15),
    ofPeers(100_000, 1.31),
    { name: "Living peers called dead", peers: 100_000, value: 0, unit: "count", bar: 0, met: true, n: 1 },
    row("CPU of the watching process per check, 200 peers", "tcp-keepalive", 0, "µs"),
    row("CPU of the watching process per check, 200 peers", "udp-beat", 4.4, "µs"),
    row("CPU of the watching process per check, 200 peers", "tcp", 18.1, "µs"),
    row("CPU of the whole machine, both ends, per check, 200 peers", "tcp-keepalive", 3.1, "µs"),
    row("CPU of the whole machine, both ends, per check, 200 peers", "udp-beat", 9.6, "µs"),
    row("CPU of the whole machine, both ends, per check, 200 peers", "tcp", 61.3, "µs"),
    row("CPU per WebSocket ping", "websocket-ping", 23.9, "µs"),
    row("CPU per WebSocket ping", "ws-readme", 22.7, "µs"),
    row("CPU per WebSocket ping", "engine-io", 47.2, "µs"),
    row("CPU per UDP beat over a bare dgram listener", "udp-beat", 1.19, "×", 1.25),
    row("CPU per WebSocket ping over the bare README loop", "websocket-ping", 1.05, "×", 1.1),
    row("memory per watched WebSocket peer over the bare connection", "websocket-ping", 0.61, "kB", 0.5),
  ];
}
