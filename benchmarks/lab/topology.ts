import { runCommand } from "./command.js";

/** A machine of a lab, really a network namespace: `monitor` — `router` — `peer`. */
export type HostName = "monitor" | "router" | "peer";

/** A host at one end of the network. The router has one port for each, named after it. */
export type EndHost = Exclude<HostName, "router">;

/** The two ends, in the order of the picture. */
export const END_HOSTS: readonly EndHost[] = ["monitor", "peer"];

const HOSTS: readonly HostName[] = [...END_HOSTS, "router"];

/** The IPv4 address of each end host, the same in every lab: labs cannot see each other. */
export const ADDRESSES: Readonly<Record<EndHost, string>> = { monitor: "10.0.1.2", peer: "10.0.2.2" };

/** The router's address on the link to each end. */
export const GATEWAYS: Readonly<Record<EndHost, string>> = { monitor: "10.0.1.1", peer: "10.0.2.1" };

// What the router forwards is not checked against the port that its source should come in at: it may come in
// from a process, too.
const ROUTE_AND_TRUST = `
  echo 1 >/proc/sys/net/ipv4/ip_forward
  for scope in all default; do echo 0 >/proc/sys/net/ipv4/conf/$scope/rp_filter; done`;

/** The network interface of an end host: its only one besides loopback. */
export const WIRE = "wire";

/** The router's interface whose other end is a process: see {@link divertToForwarder}. */
export const IMPAIRED = "impaired";

/** The routing table for what is diverted; any number that is not taken. */
const DIVERSION = 77;

/** What that interface is called while it waits in the router for a new host. */
const UNPLUGGED = "unplugged";

/**
 * The name of the network namespace of a host.
 *
 * @param lab the name of the lab
 */
export function namespaceOf(lab: string, host: HostName): string {
  return `${lab}-${host}`;
}

/**
 * Makes the three hosts of a lab and the wires between them. No frame passes on them until a program in a
 * host speaks: no IPv6 (so no neighbour discovery), no ARP (neighbours are static), and one frame a packet
 * (no segmentation offload, which would pass many packets as one frame too large for any Ethernet).
 *
 * @param lab the name of the lab
 * @throws Error if there is such a lab already, or with what `ip` complained about
 */
export async function buildTopology(lab: string): Promise<void> {
  await runCommand(["ip", "-batch", "-"], batch(HOSTS.map((host) => `netns add ${namespaceOf(lab, host)}`)));
  await runCommand(["ip", "-batch", "-"], batch(END_HOSTS.map((host) => addWire(lab, host))));
  await Promise.all([
    ...END_HOSTS.map((host) => configure(lab, host, configurationOfEnd(host))),
    configure(lab, "router", END_HOSTS.flatMap(configurationOfPort), ROUTE_AND_TRUST),
  ]);
}

/**
 * Removes what {@link buildTopology} has made. The kernel does so once the last process in the hosts has
 * ended.
 *
 * @param lab the name of the lab
 */
export async function removeTopology(lab: string): Promise<void> {
  await runCommand(["ip", "-batch", "-"], batch(HOSTS.map((host) => `netns del ${namespaceOf(lab, host)}`)));
}

/**
 * Tells the router again who is at the end of a port. The kernel forgets its static neighbours when a port
 * goes down.
 *
 * @param lab the name of the lab
 */
export async function restoreNeighbour(lab: string, port: EndHost): Promise<void> {
  await runInRouter(lab, [neighbourAtPort(port)]);
}

/**
 * Puts a new host in the place of one of the ends: same name, same addresses, and a network that has never
 * seen a packet. What is left of the old one loses its interface first, so none of it can be heard again.
 *
 * @param lab the name of the lab
 */
export async function replaceEndHost(lab: string, end: EndHost): Promise<void> {
  const [old, router] = [namespaceOf(lab, end), namespaceOf(lab, "router")];
  await runCommand(["ip", "-n", old, "link", "set", WIRE, "down", "netns", router, "name", UNPLUGGED]);
  await runCommand(["ip", "-batch", "-"], batch([`netns del ${old}`, `netns add ${old}`]));
  await runCommand(["ip", "-n", router, "link", "set", UNPLUGGED, "netns", old, "name", WIRE]);
  await configure(lab, end, configurationOfEnd(end));
}

/**
 * Makes the router lead what it forwards through the process at its interface {@link IMPAIRED}: what comes in
 * at a port is routed there, what comes from there is routed as ever. Two hops more, and nothing else, for a
 * packet; what goes to the router itself, or comes from it, does not pass there.
 *
 * @param lab the name of the lab
 */
export async function divertToForwarder(lab: string): Promise<void> {
  await runInRouter(lab, [
    `link set ${IMPAIRED} txqueuelen 10000 up`,
    `route add default dev ${IMPAIRED} table ${DIVERSION}`,
    ...END_HOSTS.map((port) => `rule add iif ${port} lookup ${DIVERSION}`),
  ]);
}

/**
 * Undoes {@link divertToForwarder}; what is still on its way through there arrives.
 *
 * @param lab the name of the lab
 */
export async function returnToKernel(lab: string): Promise<void> {
  await runInRouter(
    lab,
    END_HOSTS.map((port) => `rule del iif ${port} lookup ${DIVERSION}`),
  );
}

async function runInRouter(lab: string, lines: readonly string[]): Promise<void> {
  await runCommand(["ip", "-n", namespaceOf(lab, "router"), "-batch", "-"], batch(lines));
}

function addWire(lab: string, host: EndHost): string {
  const end = `${WIRE} address ${hardwareAddress(ADDRESSES[host])} netns ${namespaceOf(lab, host)}`;
  const port = `${host} address ${hardwareAddress(GATEWAYS[host])} netns ${namespaceOf(lab, "router")}`;
  return `link add ${end} type veth peer name ${port}`;
}

function configurationOfEnd(host: EndHost): string[] {
  const gateway = GATEWAYS[host];
  return [
    "link set lo up",
    `link set ${WIRE} gso_max_segs 1 up`,
    `address add ${ADDRESSES[host]}/24 dev ${WIRE}`,
    `neighbour add ${gateway} lladdr ${hardwareAddress(gateway)} dev ${WIRE} nud permanent`,
    `route add default via ${gateway}`,
  ];
}

function configurationOfPort(port: EndHost): string[] {
  return [
    `link set ${port} gso_max_segs 1 up`,
    `address add ${GATEWAYS[port]}/24 dev ${port}`,
    neighbourAtPort(port),
  ];
}

function neighbourAtPort(port: EndHost): string {
  const address = ADDRESSES[port];
  return `neighbour replace ${address} lladdr ${hardwareAddress(address)} dev ${port} nud permanent`;
}

// IPv6 goes first: an interface that comes up with it announces itself at once. A kernel may have none.
async function configure(lab: string, host: HostName, lines: readonly string[], also = ":"): Promise<void> {
  const script = `
    for scope in all default; do
      file=/proc/sys/net/ipv6/conf/$scope/disable_ipv6
      if [ -e $file ]; then echo 1 >$file; fi
    done
    ${also}
    exec ip -batch -`;
  await runCommand(["ip", "netns", "exec", namespaceOf(lab, host), "sh", "-ec", script], batch(lines));
}

/** 02 marks an address given by hand; the rest spells the IPv4 address, which makes captures easy to read. */
function hardwareAddress(ipv4: string): string {
  const octets = ipv4.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
  return ["02", "00", ...octets].join(":");
}

function batch(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
