import { networkInterfaces } from "node:os";
import type { Endpoint, TcpTableRow } from "./tcp-table.js";

/** TCP_LISTEN: a row that is no connection. */
const LISTENING = 10;

/** The addresses that this machine has now, as far as this process's network namespace shows them. */
export function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  );
}

/**
 * Tells which connections of one network namespace have both ends on this machine: then its kernel knows at once when
 * one is gone, and needs no probes. They are those whose other end is a row too, those between addresses of the
 * machine, and those of the loopback network.
 *
 * @param rows of all tables of that namespace
 * @param addresses of the machine in that namespace, as far as they are known
 */
export function localityOf(
  rows: readonly TcpTableRow[],
  addresses: readonly string[],
): (row: TcpTableRow) => boolean {
  const ends = new Set(
    rows.filter(({ state }) => state !== LISTENING).map(({ local, peer }) => pair(local, peer)),
  );
  const ours = new Set(addresses.map(plain));
  return ({ local, peer }) => {
    const [here, there] = [plain(local.address), plain(peer.address)];
    const betweenOurs = ours.has(here) && ours.has(there);
    return here === there || /^127\.|^::1$/.test(there) || betweenOurs || ends.has(pair(peer, local));
  };
}

function pair(one: Endpoint, other: Endpoint): string {
  return `${plain(one.address)} ${one.port} ${plain(other.address)} ${other.port}`;
}

/** A socket of IPv6 that talks IPv4 has its addresses mapped. */
function plain(address: string): string {
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}
