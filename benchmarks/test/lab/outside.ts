import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { LabSupport, LabTool, ToolSupport } from "../../lab/index.js";

const ENTER = fileURLToPath(new URL("enter.mjs", import.meta.url));
const OBSERVE = fileURLToPath(new URL("observe.mjs", import.meta.url));
const NOBODY = 65534;

/** Somebody who enters the lab: whom a test runs as. */
export interface Visitor {
  readonly title: string;
  readonly uid: number;
  /** What precedes a command to run it as this user. */
  readonly prefix: readonly string[];
}

const OWN_UID = process.getuid?.() ?? NOBODY;

const MYSELF: Visitor = { title: "as an ordinary user", uid: OWN_UID, prefix: [] };
const ROOT: Visitor = { title: "as root", uid: 0, prefix: [] };
const ORDINARY_USER: Visitor = {
  title: "as an ordinary user",
  uid: NOBODY,
  prefix: ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
};

/** The user that runs the tests and, if that is root, an ordinary one too: the lab must work for both. */
export const visitors: readonly Visitor[] = OWN_UID === 0 ? [ROOT, ORDINARY_USER] : [MYSELF];

/** The command by which a visitor runs a scenario of observe.mjs; without one, asks for the support only. */
function command(visitor: Visitor, scenario: readonly string[]): [string, ...string[]] {
  const entering = [process.execPath, ENTER, ...(scenario.length > 0 ? [OBSERVE, ...scenario] : [])];
  const [program = process.execPath, ...args] = [...visitor.prefix, ...entering];
  return [program, ...args];
}

/** Why this visitor cannot have a lab on this machine; undefined if they can. */
export function whyNoLab(visitor: Visitor): string | undefined {
  const [prefix, ...prefixArgs] = visitor.prefix;
  const mayRun = ["test", "-r", OBSERVE, "-a", "-x", process.execPath];
  if (prefix !== undefined && spawnSync(prefix, [...prefixArgs, ...mayRun]).status !== 0) {
    return `The user ${visitor.uid} may not read ${OBSERVE} or not run ${process.execPath}.`;
  }
  const [program, ...args] = command(visitor, []);
  const support: LabSupport = JSON.parse(execFileSync(program, args, { encoding: "utf8" }));
  return support.kind === "none" ? support.why : undefined;
}

/** What a scenario of observe.mjs has observed; its shape is what the test expects. */
export async function observe<Observation>(visitor: Visitor, ...scenario: string[]): Promise<Observation> {
  const [program, ...args] = command(visitor, scenario);
  const { stdout } = await promisify(execFile)(program, args);
  return JSON.parse(stdout);
}

/** Starts a scenario; the test ends it. */
export function start(visitor: Visitor, ...scenario: string[]) {
  const [program, ...args] = command(visitor, scenario);
  return spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Asks for the support with another PATH. */
export async function supportWithPath(path: string): Promise<LabSupport> {
  const { stdout } = await promisify(execFile)(process.execPath, [ENTER], { env: { PATH: path } });
  return JSON.parse(stdout);
}

/** What a lab can do on a machine, as a visitor finds it. */
export type Tools = Readonly<Record<LabTool, ToolSupport>>;

/** Skips a test that this machine has not the means for, as a visitor finds it; returns what means there are. */
type Need = (context: { skip: (why: string) => void }, ...needed: readonly LabTool[]) => Promise<Tools>;

export function needFor(visitor: Visitor): Need {
  let tools: Tools | undefined;
  return async (context, ...needed) => {
    tools ??= await observe<Tools>(visitor, "tools");
    for (const tool of needed) {
      const support = tools[tool];
      if (support.kind === "missing") context.skip(support.why);
    }
    return tools;
  };
}
