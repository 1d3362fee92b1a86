import type { AddressInfo, Server } from "node:net";

/** The port of a TCP server that listens. */
export function portOf(server: { address(): ReturnType<Server["address"]> }): number {
  return (server.address() as AddressInfo).port;
}
