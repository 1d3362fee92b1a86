import { once } from "node:events";
import type { Heartbeat } from "@heartwire/core";
import { expect } from "vitest";
import { type ShareSocketOptions, shareSocket } from "../../src/index.js";
import type { ObservedLink } from "./links.js";
import { pair } from "./sockets.js";

export const MEBIBYTE = 1024 * 1024;
export const beat = (seq: number): Heartbeat => ({ kind: "beat", seq, intervalMs: 1000 });

export async function sharedPair(options: { tls?: boolean; near?: ShareSocketOptions } = {}) {
  const sockets = await pair({ tls: options.tls ?? false });
  const near = shareSocket(sockets.client, options.near);
  const far = shareSocket(sockets.server);
  return { near, far, client: sockets.client, server: sockets.server };
}

export async function opened(...links: ObservedLink[]): Promise<void> {
  await Promise.all(links.map((link) => link.opened()));
}

export async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 10_000, interval: 5 }).toBe(true);
}

export function* pieces(octets: Buffer): Iterable<Buffer> {
  for (let at = 0, size = 1; at < octets.length; at += size, size = (size * 7) % 100_003) {
    yield octets.subarray(at, at + size);
  }
}

export async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(stream, "end");
  return Buffer.concat(chunks);
}
