// What a user gets: every publishable package, packed as for the registry, installed into an empty project,
// imported and type-checked there. Packs what `tsc -b` built: `npm test` always builds first.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly packageManager?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestOf = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8"));

let project: string;
let names: string[];

beforeAll(async () => {
  const folders = (await readdir(join(root, "packages"))).map((name) => join(root, "packages", name));
  const manifests = await Promise.all(folders.map(manifestOf));
  names = manifests.filter((manifest) => manifest.private !== true).map(({ name }) => name);
  project = await mkdtemp(join(tmpdir(), "heartwire-packed-"));
  const { packageManager = "" } = await manifestOf(root);
  const filters = names.flatMap((name) => ["--filter", name]);
  await run("npx", ["--yes", packageManager, ...filters, "-r", "pack", "--pack-destination", project], {
    cwd: root,
  });
  const tarballs = (await readdir(project)).filter((file) => file.endsWith(".tgz"));
  expect(tarballs).toHaveLength(names.length);
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "user", private: true, type: "module" }),
  );
  const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"];
  await run("npm", [...install, ...tarballs.map((file) => `./${file}`), "rxjs@7", "ws@8", "@types/node@20"], {
    cwd: project,
  });
}, 180_000);

afterAll(() => rm(project, { recursive: true, force: true }));

test("each package imports, with everything it exports defined", async () => {
  const script = names.map(
    (name) => `
    const m = await import(${JSON.stringify(name)});
    const undefinedOnes = Object.keys(m).filter((key) => m[key] === undefined);
    if (Object.keys(m).length === 0 || undefinedOnes.length > 0) throw new Error(${JSON.stringify(name)} + undefinedOnes);`,
  );
  await writeFile(join(project, "import.mjs"), script.map((block) => `{${block}}`).join("\n"));
  await run(process.execPath, ["import.mjs"], { cwd: project });
});

test("each package type-checks in a strict project, its own declarations included", async () => {
  const imports = names.map((name, index) => `import * as p${index} from "${name}";\nvoid p${index};`);
  const use = `
    import { fixedTimeout, monitor, type LivenessEvent } from "heartwire";
    import { tcp } from "@heartwire/tcp";
    monitor(tcp({ host: "localhost", port: 1 }), fixedTimeout({ intervalMs: 1000 })).subscribe((event: LivenessEvent) => {
      if (event.type === "dead") console.log(event.cause.kind);
    });`;
  await writeFile(join(project, "use.ts"), `${imports.join("\n")}\n${use}\n`);
  const options = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--types", "node"];
  const tsc = join(root, "node_modules", ".bin", "tsc");
  await run(tsc, [...options, "use.ts"], { cwd: project }).catch(({ stdout, message }) => {
    throw new Error(`${message}\n${stdout}`);
  });
});

test("a package holds its licence, its README and its build; no test, no build info, no workspace reference", async () => {
  for (const name of names) {
    const folder = join(project, "node_modules", name);
    const files = await readdir(folder, { recursive: true });
    expect(files, name).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "package.json", "dist/index.js"]),
    );
    expect(
      files.filter((file) => /(^|\/)test\/|\.test\.|tsbuildinfo/.test(file)),
      name,
    ).toEqual([]);
    expect(await readFile(join(folder, "package.json"), "utf8"), name).not.toMatch(/workspace:|catalog:/);
  }
});
