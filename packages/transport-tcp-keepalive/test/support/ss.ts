import { execFileSync, spawnSync } from "node:child_process";

/** Why `ss` of iproute2 cannot be asked here; `undefined` if it can. */
export function whyNoSs(): string | undefined {
  const { error, status } = spawnSync("ss", ["-V"]);
  if (error !== undefined) return `no ss: ${error.message}`;
  return status === 0 ? undefined : `ss -V ended with ${status}`;
}

/**
 * What `ss` says of the keepalive timer of the connection from this local port: seconds until the kernel's
 * next look, as `undefined` when no such timer runs.
 */
export function keepaliveTimerSeconds(localPort: number): number | undefined {
  const line = execFileSync("ss", ["-tnoH", "state", "established", `sport = :${localPort}`], {
    encoding: "utf8",
  });
  const timer = /timer:\(keepalive,(?:(\d+)min)?(?:(\d+(?:\.\d+)?)sec)?(?:(\d+)ms)?,/.exec(line);
  if (timer === null) return undefined;
  const [, minutes = "0", seconds = "0", milliseconds = "0"] = timer;
  return Number(minutes) * 60 + Number(seconds) + Number(milliseconds) / 1000;
}

/** What `ss -i` says of the connection from this local port: "rtt:0.05/0.02 cwnd:10 …" as a map. */
export function socketDetails(localPort: number): ReadonlyMap<string, string> {
  const line = execFileSync("ss", ["-tniOH", "state", "established", `sport = :${localPort}`], {
    encoding: "utf8",
  });
  return new Map([...line.matchAll(/(\w+):([\d./,]+)/g)].map(([, name, value]) => [name!, value!]));
}
