import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { delay, lastValueFrom, of, toArray } from "rxjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { monotonicScheduler as scheduler } from "../src/index.js";

describe("monotonicScheduler's work without delay", () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.close();
  });

  it("that a timer schedules runs after the input that waited during a stall", async () => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const accepted = once(server, "connection");
    const client = connect(address.port, "127.0.0.1");
    const [peer] = (await accepted) as [Socket];
    const order: string[] = [];
    client.on("data", () => order.push("input"));
    const judged = new Promise<void>((resolve) => {
      setImmediate(() => {
        scheduler.schedule(() => {
          order.push("timer");
          scheduler.schedule(() => {
            order.push("after input");
            resolve();
          });
        }, 20);
        peer.write("x");
        for (const endMs = performance.now() + 100; performance.now() < endMs; );
      });
    });
    await judged;
    client.destroy();
    peer.destroy();
    expect(order).toEqual(["timer", "input", "after input"]);
  });

  it("comes in the order in which it was scheduled", async () => {
    const values = await lastValueFrom(of(1, 2, 3).pipe(delay(0, scheduler), toArray()));
    expect(values).toEqual([1, 2, 3]);
  });
});
