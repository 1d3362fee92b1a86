import { within } from "@heartwire/testkit";
import { expect, test } from "vitest";
import { DatagramSocket } from "../src/datagram-socket.js";
import { activeHandles, TIMEOUT_MS } from "./support.js";

// An unhandled rejection or 'error' fails the whole run, whichever test it comes from.
test("one that cannot bind may be ignored, and closes", async () => {
  const socket = new DatagramSocket({ type: "udp4", address: "192.0.2.254" });
  await new Promise(setImmediate);
  await within(socket.close(), TIMEOUT_MS, "close()");
  await socket.close();
  await expect(socket.bound).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
});

test("one closed at once is never bound, and leaves nothing open", async () => {
  const socket = new DatagramSocket({ type: "udp4", address: "localhost" });
  await socket.close();
  await expect(socket.bound).rejects.toThrow("closed before it was bound");
  await expect.poll(activeHandles).toEqual([]);
});
