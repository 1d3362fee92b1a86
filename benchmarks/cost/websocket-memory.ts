import { setTimeout as delay } from "node:timers/promises";
import type { Helper } from "./calls.js";
import { type CostRow, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf } from "./statistics.js";
import type { Memory } from "./usage.js";
import { startWebSocketClients, startWebSocketServer } from "./websocket-bench.js";
import type { WebSocketServerCalls } from "./websocket-server.js";

/**
 * Memory of the server's process per client: of the bare connection, and what being watched adds to it. The
 * same connections, bare and watched in turn, and all garbage collected before each look. Everybody has been
 * pinged once before, as `ws` and Node make some objects at the first ping and keep them.
 */
export async function webSocketMemory({ memory }: Scale): Promise<readonly CostRow[]> {
  const { clients: peers, intervalMs, rounds } = memory;
  const clients = await startWebSocketClients();
  const server = await startWebSocketServer("WebSocket memory");
  try {
    const port = await server.call("open", "ws", intervalMs);
    const empty = await server.call("memory");
    await clients.call("connect", "ws", port, peers);
    const fresh = await server.call("memory");
    const looks = { readme: [] as Memory[], heartwire: [] as Memory[], bare: [] as Memory[] };
    for (let round = 0; round <= rounds; round++) {
      const readme = await watched(server, "ws-readme", intervalMs);
      const bare = await server.call("memory");
      const heartwire = await watched(server, "heartwire", intervalMs);
      // The first round is thrown away: in it code is compiled, which is memory too.
      if (round > 0) {
        looks.readme.push(readme);
        looks.bare.push(bare);
        looks.heartwire.push(heartwire);
      }
    }
    if ((await server.call("clients")) !== peers) throw new Error("clients were lost");
    const at = { peers, unit: "octets", how: "after collecting garbage, bare and watched in turn" } as const;
    const per = (from: readonly Memory[], to: readonly Memory[], of: keyof Memory) =>
      figureOf(to.map((look, round) => (look[of] - from[round]![of]) / peers));
    return [
      rowOf(
        { ...at, name: "websocket-heap", title: "Heap per watched WebSocket, over the bare one", bar: 500 },
        per(looks.bare, looks.heartwire, "heapOctets"),
      ),
      rowOf(
        { ...at, name: "websocket-rss", title: "Resident memory per watched WebSocket, over the bare one" },
        per(looks.bare, looks.heartwire, "rssOctets"),
      ),
      rowOf(
        {
          ...at,
          name: "websocket-heap-ws-readme",
          title: "Heap per WebSocket under the README's loop, over the bare one",
        },
        per(looks.bare, looks.readme, "heapOctets"),
      ),
      rowOf(
        { ...at, name: "websocket-heap-bare", title: "Heap per bare WebSocket, never pinged" },
        figureOf([(fresh.heapOctets - empty.heapOctets) / peers]),
      ),
      rowOf(
        {
          ...at,
          name: "websocket-heap-first-ping",
          title: "Heap that the first ping leaves on a bare WebSocket",
        },
        figureOf(looks.bare.map(({ heapOctets }) => (heapOctets - fresh.heapOctets) / peers)),
      ),
    ];
  } finally {
    await Promise.all([clients.stop(), server.stop()]);
  }
}

/** What the process holds while it watches; then it stops watching. */
async function watched(
  server: Helper<WebSocketServerCalls>,
  variant: "ws-readme" | "heartwire",
  intervalMs: number,
): Promise<Memory> {
  await server.call("watch", variant, intervalMs);
  await delay(2.2 * intervalMs);
  const memory = await server.call("memory");
  await server.call("unwatch");
  return memory;
}
