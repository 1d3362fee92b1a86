import { spawnSync } from "node:child_process";

/** Ways into a network namespace of one's own: as an ordinary user, or as root where users may not. */
const UNSHARE = [["--user", "--map-root-user", "--net"], ["--net"]] as const;

const tried = UNSHARE.map((flags) => ({ flags, ...tryToEnter(flags) }));
const entered = tried.find(({ status }) => status === 0);

function tryToEnter(flags: readonly string[]) {
  const command = ["ip", "link", "add", "near", "type", "veth", "peer", "name", "far"];
  return spawnSync("unshare", [...flags, ...command], { encoding: "utf8" });
}

/** Why this machine lets us have no network namespace; `undefined` if it does. */
export function whyNoNamespaces(): string | undefined {
  if (entered !== undefined) return undefined;
  const { error, stderr } = tried[0]!;
  return `no network namespaces here: ${String(error ?? stderr).trim()}`;
}

/** What to give `unshare` before the command. */
export function namespaceFlags(): readonly string[] {
  return entered?.flags ?? [];
}
