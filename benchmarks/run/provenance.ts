import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, tryCommand } from "../lab/command.js";
import { labProgram } from "../lab/programs.js";
import type { Results } from "../report/results.js";

/** What was compared, and by what means: as results.json has it. */
export type Provenance = Pick<Results["environment"], "commit" | "libraries" | "tools">;

const HERE = dirname(fileURLToPath(import.meta.url));

/** Finds out which code, libraries and tools a run is made of. What is not there is left out. */
export async function readProvenance(): Promise<Provenance> {
  const [commit, nginx, nft] = await Promise.all([
    projectCommit(),
    versionOf("nginx", (path) => [path, "-v"]),
    versionOf("nft", (path) => [path, "--version"]),
  ]);
  const tools = { ...(nginx !== undefined && { nginx }), ...(nft !== undefined && { nft }) };
  return { ...(commit !== undefined && { commit }), libraries: libraryVersions(), tools };
}

/** The commit of this checkout, with "+" where files differ from it; undefined where this is no git checkout. */
export async function projectCommit(folder = HERE): Promise<string | undefined> {
  const head = await said(["git", "-C", folder, "rev-parse", "HEAD"]);
  if (head === undefined) return undefined;
  const changes = await said(["git", "-C", folder, "status", "--porcelain"]);
  return changes === "" ? head : `${head}+`;
}

/** Every package that the comparison depends on and that is not ours, as it is installed. */
function libraryVersions(): Record<string, string> {
  const { dependencies } = readPackage(packageFileAbove(HERE));
  return Object.fromEntries(
    Object.keys(dependencies ?? {})
      .filter((name) => name !== "heartwire" && !/^@(heartwire|types)\//.test(name))
      .flatMap((name) => {
        const path = createRequire(import.meta.url)
          .resolve.paths(name)
          ?.map((folder) => join(folder, name, "package.json"))
          .find(existsSync);
        return path === undefined ? [] : [[name, readPackage(path).version]];
      }),
  );
}

interface PackageFile {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readPackage(path: string): PackageFile {
  return JSON.parse(readFileSync(path, "utf8")) as PackageFile;
}

function packageFileAbove(folder: string): string {
  const path = join(folder, "package.json");
  return existsSync(path) ? path : packageFileAbove(dirname(folder));
}

async function versionOf(
  program: "nginx" | "nft",
  command: (path: string) => Command,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await tryCommand(command(labProgram(program)));
    return /\d+(\.\d+)+/.exec(`${stdout}${stderr}`)?.[0];
  } catch {
    return undefined; // It is not installed: what needed it was not measured, and says so.
  }
}

async function said(command: Command): Promise<string | undefined> {
  try {
    const { code, stdout } = await tryCommand(command);
    return code === 0 ? stdout.trim() : undefined;
  } catch {
    return undefined; // There is no git.
  }
}
