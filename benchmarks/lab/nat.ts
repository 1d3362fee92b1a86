import { runCommand } from "./command.js";
import { labProgram } from "./programs.js";
import { namespaceOf } from "./topology.js";

/** A network address translation, such as every home router does. */
export interface Nat {
  /** How long a mapping lives without a packet, in whole seconds' worth of milliseconds. */
  readonly timeoutMs: number;
}

// Each end is inside, and hidden behind the router's address, for what it begins itself; what comes for it
// unbidden is dropped without a word. A TCP segment that belongs to no connection known is not the beginning of
// one: with tcp_loose = 0 such a segment has no state "new".
const RULES = `
table ip heartwire-nat {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state { new, established, related } accept
  }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state { established, related } accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    masquerade
  }
}
`;

/**
 * Makes the router translate addresses, and forget a mapping that has been silent for too long. A connection
 * that has begun before is not known to it, and so cut off.
 *
 * @param lab the name of the lab
 * @throws RangeError if the timeout is not a whole number of seconds
 * @throws Error naming the Debian package, if `nft` is missing
 */
export async function startNat(lab: string, { timeoutMs }: Nat): Promise<void> {
  const seconds = timeoutMs / 1000;
  if (!(Number.isInteger(seconds) && seconds >= 1)) {
    throw new RangeError(
      `timeoutMs must be a multiple of 1000, as the kernel counts seconds, but is ${timeoutMs}`,
    );
  }
  const nft = labProgram("nft");
  const settings = Object.entries({
    tcp_loose: 0,
    tcp_timeout_established: seconds,
    udp_timeout: seconds,
    udp_timeout_stream: seconds,
  });
  const script = [
    ...settings.map(([name, value]) => `echo ${value} >/proc/sys/net/netfilter/nf_conntrack_${name}`),
    `exec ${nft} -f -`,
  ];
  await inRouter(lab, script, RULES);
}

/** Undoes {@link startNat}. Without its rules the kernel tracks no connection, so its timeouts do not matter. */
export async function stopNat(lab: string): Promise<void> {
  await inRouter(
    lab,
    [`exec ${labProgram("nft")} -f -`],
    "add table ip heartwire-nat\ndelete table ip heartwire-nat\n",
  );
}

async function inRouter(lab: string, script: readonly string[], stdin: string): Promise<void> {
  const command = [
    "ip",
    "netns",
    "exec",
    namespaceOf(lab, "router"),
    "sh",
    "-ec",
    script.join("\n"),
  ] as const;
  await runCommand(command, stdin);
}
