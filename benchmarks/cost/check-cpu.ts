import { setTimeout as delay } from "node:timers/promises";
import { type Helper, startHelper } from "./calls.js";
import type { Check, CheckEndCalls, CheckWindow } from "./check-end.js";
import { alternate } from "./rounds.js";
import { type CostRow, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf } from "./statistics.js";

const CHECKS = ["tcp-keepalive", "tcp", "udp-echo", "udp-beat"] as const;
const SETTLE_MS = 1500;
/**
 * Intervals from one check of a link to its next, at most: the kernel's timers are up to an eighth late (the
 * granularity of its timer wheel). Links opened together are checked together, so only whole rounds are sure to
 * fall into a window.
 */
const SLOWEST = 1.15;
/** Of as many as there are links: a check that is lost has no answer, and so would be the cheaper. */
const MOST_DROPPED = 0.01;

/**
 * What checking an idle peer once costs the whole machine, both ends and the kernel's own work together, and how
 * much of it is the watching process's: keepalive and heartbeats side by side. What the same machine uses with as
 * many links that nobody checks is taken off.
 */
export async function checkCpu({ check: scale }: Scale): Promise<readonly CostRow[]> {
  const start = (title: string) =>
    startHelper<CheckEndCalls>(title, new URL("check-end.js", import.meta.url));
  const serving = await start("the serving end");
  const opening = await start("the opening end");
  try {
    const round = (check: Check) => () => checkRound(serving, opening, check, scale);
    const rounds = await alternate(scale.rounds, {
      nothing: round("nothing"),
      "tcp-keepalive": round("tcp-keepalive"),
      tcp: round("tcp"),
      "udp-echo": round("udp-echo"),
      "udp-beat": round("udp-beat"),
    });
    return CHECKS.flatMap((check) => rowsOf(check, rounds[check], rounds.nothing, scale));
  } finally {
    await Promise.all([serving.stop(), opening.stop()]);
  }
}

async function checkRound(
  serving: Helper<CheckEndCalls>,
  opening: Helper<CheckEndCalls>,
  check: Check,
  { links, intervalMs, windowMs }: Scale["check"],
): Promise<CheckWindow> {
  const port = await serving.call("serve", check, intervalMs);
  await opening.call("open", check, port, links, intervalMs);
  await delay(SETTLE_MS);
  const watching = check === "udp-beat" ? serving : opening;
  const window = await watching.call("use", windowMs);
  const ended = await watching.call("ended");
  await opening.call("close");
  await serving.call("close");
  if (ended > 0) throw new Error(`${ended} of ${links} links ended under ${check}`);
  if (window.dropped > links * MOST_DROPPED) {
    throw new Error(`${window.dropped} datagrams were dropped under ${check} for want of room in a socket`);
  }
  const due = check === "nothing" ? 0 : links * Math.floor(window.durationMs / (SLOWEST * intervalMs));
  if (window.checks < due) throw new Error(`${window.checks} of ${due} checks were made under ${check}`);
  return window;
}

function rowsOf(
  check: (typeof CHECKS)[number],
  windows: readonly CheckWindow[],
  idle: readonly CheckWindow[],
  { links, intervalMs, windowMs }: Scale["check"],
): readonly CostRow[] {
  const checks = windows.reduce((sum, window) => sum + window.checks, 0);
  const how =
    `rounds in turn, ${windowMs} ms each, every link checked each ${intervalMs} ms; ${checks} checks; ` +
    "what as many unchecked links use is taken off";
  const perCheck = (cpuMs: (window: CheckWindow) => number) =>
    figureOf(windows.map((window, round) => (1000 * (cpuMs(window) - cpuMs(idle[round]!))) / window.checks));
  const row = { peers: links, unit: "µs", how, subject: check } as const;
  return [
    rowOf(
      { ...row, name: "check-cpu-machine", title: "CPU of the whole machine, both ends, per check" },
      perCheck((window) => (window.machineCpuMs / window.durationMs) * windowMs),
    ),
    rowOf(
      { ...row, name: "check-cpu-process", title: "CPU of the watching process per check" },
      perCheck((window) => (window.processCpuMs / window.durationMs) * windowMs),
    ),
  ];
}
