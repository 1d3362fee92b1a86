import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { readKeepalive } from "@heartwire/tcp-keepalive";
import type { Results } from "./results.js";

/** What the kernel does for a program that sets nothing. */
export type KernelKeepalive = NonNullable<Results["environment"]["kernelKeepalive"]>;

/**
 * Reads the kernel's keepalive settings, and whether a fresh connection has keepalive on.
 *
 * @param folder for tests: where the settings are
 * @returns undefined where the system does not tell, as outside Linux
 */
export async function readKernelKeepalive(
  folder = "/proc/sys/net/ipv4",
): Promise<KernelKeepalive | undefined> {
  const read = (name: string) => Number(readFileSync(`${folder}/${name}`, "utf8"));
  try {
    return {
      idleS: read("tcp_keepalive_time"),
      intervalS: read("tcp_keepalive_intvl"),
      probes: read("tcp_keepalive_probes"),
      retries2: read("tcp_retries2"),
      onByDefault: await onByDefault(),
    };
  } catch {
    return undefined;
  }
}

/** SO_KEEPALIVE of a connection that nobody touched; null where it cannot be read. */
async function onByDefault(): Promise<boolean | null> {
  const server = createServer((socket) => socket.on("error", () => {}).resume());
  let client: Socket | undefined;
  try {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") return null;
    client = connect(address.port, "127.0.0.1");
    await once(client, "connect");
    const reading = readKeepalive(client);
    return reading.kind === "read" ? reading.enabled : null;
  } finally {
    client?.destroy();
    server.close();
  }
}
