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

const GATEWAYS: Readonly<Record<EndHost, string>> = { monitor: "10.0.1.1", peer: "10.0.2.1" };

/** The network interface of an end host: its only one besides loopback. */
const WIRE = "wire";

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
    configure(lab, "router", END_HOSTS.flatMap(configurationOfPort), "echo 1 >/proc/sys/net/ipv4/ip_forward"),
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
  await runCommand(["ip", "-n", namespaceOf(lab, "router"), "-batch", "-"], batch([neighbourAtPort(port)]));
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
