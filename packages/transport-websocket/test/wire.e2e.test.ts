import { TCP_SEGMENT_OCTETS } from "@heartwire/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { webSocket, webSocketCost, webSocketMessages, webSocketPing } from "../src/index.js";
import { networkSocketOf } from "../src/ws-internals.js";
import { connectedPair, opened, type Pair, until } from "./support.js";

let pair: Pair;
beforeEach(async () => {
  pair = await connectedPair();
});
afterEach(() => pair.dispose());

interface Traffic {
  readonly out: number;
  readonly in: number;
}

function trafficOf(ws: WebSocket): Traffic {
  const socket = networkSocketOf(ws) as unknown as { bytesWritten: number; bytesRead: number };
  return { out: socket.bytesWritten, in: socket.bytesRead };
}

async function trafficDuring(ws: WebSocket, work: () => Promise<void>): Promise<Traffic> {
  const before = trafficOf(ws);
  await work();
  const after = trafficOf(ws);
  return { out: after.out - before.out, in: after.in - before.in };
}

for (const via of ["ping", "messages"] as const) {
  const wrap = via === "ping" ? webSocketPing : webSocketMessages;
  for (const role of ["client", "server"] as const) {
    describe(`mode ${via}, from the ${role}`, () => {
      test("a probe and a beat take the octets that the transport declares", async () => {
        const [us, them] = role === "client" ? [pair.client, pair.peer] : [pair.peer, pair.client];
        const far = await opened(wrap(them));
        const { link, heard } = await opened(wrap(us));
        const wire = wrap(us).wire;

        const probe = await trafficDuring(us, async () => {
          link.send({ kind: "probe", seq: 1 });
          if (via === "messages") {
            await until(far.heard, (l) => l.heartbeats.length === 1, "the probe");
            far.link.send({ kind: "echo", seq: 1 });
          }
          await until(heard, (l) => l.heartbeats.length === 1, "the echo");
        });
        expect(TCP_SEGMENT_OCTETS + probe.out).toBe(wire.probe.out[0]);
        expect(TCP_SEGMENT_OCTETS + probe.in).toBe(wire.probe.in[0]);

        const before = far.heard.heartbeats.length;
        const beat = await trafficDuring(us, async () => {
          link.send({ kind: "beat", seq: 1, intervalMs: 1000 });
          await until(far.heard, (l) => l.heartbeats.length > before, "the beat");
        });
        expect(TCP_SEGMENT_OCTETS + beat.out).toBe(wire.beat.out[0]);
        expect(beat.in).toBe(0);
      });
    });
  }
}

test("the declared costs are the documented ones", () => {
  const probes = (["ping", "messages"] as const).map((via) =>
    (["client", "server"] as const).map((role) => webSocketCost(via, role).probe),
  );
  expect(probes).toEqual([
    [
      { out: [76, 66], in: [72] },
      { out: [72, 66], in: [76] },
    ],
    [
      { out: [81, 66], in: [77] },
      { out: [77, 66], in: [81] },
    ],
  ]);
  expect(webSocket({ url: "ws://localhost", via: "ping" }).wire).toBe(webSocketCost("ping", "client"));
});
