import { alternate } from "./rounds.js";
import { type CostRow, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf, ratioOf } from "./statistics.js";
import { startWebSocketBench, webSocketRound } from "./websocket-bench.js";
import type { WebSocketVariant } from "./websocket-server.js";

const TITLES: Readonly<Record<WebSocketVariant, string>> = {
  heartwire: "WebSocket ping with its pong, full detector",
  "ws-readme": "WebSocket ping with its pong, loop of the ws README",
  "engine.io": "engine.io's ping with its pong",
};

/**
 * CPU per ping at a WebSocket server: ours, the loop that the README of `ws` recommends, and engine.io's. Each
 * pings every client as often on average. The loop pings all at once, which is cheaper for it (one wake-up
 * reads many pongs) and harder on everybody else; ours and engine.io's are spread.
 */
export async function webSocketCpu({ webSocket }: Scale): Promise<readonly CostRow[]> {
  const { clients: peers, intervalMs, windowMs, rounds: count } = webSocket;
  const bench = await startWebSocketBench();
  try {
    const round = (variant: WebSocketVariant) => async () =>
      (await webSocketRound(bench, variant, { count: peers, intervalMs, windowMs })).cpuUsPerPing;
    const rounds = await alternate(count, {
      "ws-readme": round("ws-readme"),
      heartwire: round("heartwire"),
      "engine.io": round("engine.io"),
    });
    const how = `rounds in turn, ${windowMs} ms each, every client pinged each ${intervalMs} ms on average`;
    const at = { peers, how };
    const ratio = (rival: WebSocketVariant, title: string, bar: number) =>
      rowOf(
        { ...at, name: `websocket-cpu-vs-${rival}`, title, unit: "ratio", bar },
        ratioOf(rounds.heartwire, rounds[rival]),
      );
    // What a detector that costs nothing would reach: the same kernel, the same library.
    const floor = rowOf(
      {
        ...at,
        name: "websocket-cpu-ws-readme-vs-engine.io",
        title: "WebSocket ping, loop of the ws README ÷ engine.io",
        unit: "ratio",
      },
      ratioOf(rounds["ws-readme"], rounds["engine.io"]),
    );
    const absolute = (variant: WebSocketVariant) =>
      rowOf(
        { ...at, name: `websocket-cpu-${variant}`, title: TITLES[variant], unit: "µs" },
        figureOf(rounds[variant]),
      );
    return [
      ratio("ws-readme", "WebSocket ping, full detector ÷ loop of the ws README", 1.1),
      ratio("engine.io", "WebSocket ping, full detector ÷ engine.io", 0.5),
      floor,
      absolute("heartwire"),
      absolute("ws-readme"),
      absolute("engine.io"),
    ];
  } finally {
    await bench.stop();
  }
}
