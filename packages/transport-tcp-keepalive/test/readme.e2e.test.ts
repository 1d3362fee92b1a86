// Runs what the README shows, as a user would: plain JavaScript on the built packages (`npm test` builds first).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { MIDDLEBOXES } from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";
import { certificate, PATIENCE_MS, startServer } from "./support/sockets.js";

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const folder = pathOf("..");
const readme = readFileSync(pathOf("../README.md"), "utf8");
const blocks = readme.split(/^##+ /m).flatMap((section) => {
  const title = section.slice(0, section.indexOf("\n")).replace(/\(.*/, "").trim();
  return [...section.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => ({ title, code }));
});

/** What each block prints, spaces aside; `comments`: what its comments say. Nothing: it runs on, in silence. */
const PRINTS: readonly (readonly [title: string, prints: RegExp | "comments" | "nothing"])[] = [
  ["# @heartwire/tcp-keepalive", /^alive/],
  ["And in Node?", "nothing"],
  [
    "`applyKeepalive",
    /^{enabled:true,idleMs:{asked:1500,.*outcome:"rounded".*probes:{asked:3,.*userTimeoutMs:{asked:20000/,
  ],
  ["`enforceKeepalive", "nothing"],
  ["`fetch` and undici", "nothing"],
  ["`readKeepalive", /^{kind:"read",enabled:false,idleMs:\d+,intervalMs:\d+,probes:\d+,userTimeoutMs:0}$/],
  ["How long it takes: `keepaliveBound", "comments"],
  ["Traps: `lintKeepalive", "comments"],
  ["nginx's `so_keepalive`: `parseSoKeepalive", "comments"],
  ["The system's settings: `systemKeepalive", /^{kind:"read",idleMs:\d+.*net\.ipv4\.tcp_retries2=8$/],
  ["`keepalive", /^\d+as-asked\n?alive3/],
  ["`keepaliveSocket", /^{type:"alive"/],
  ["`keepalivePeers", "nothing"],
  ["`readTcpInfo", "nothing"],
];

/** Without spaces and line breaks, quoted as in the README. */
const bare = (text: string): string => text.replaceAll(/\s/g, "").replaceAll("'", '"');

/** What follows `// ` in a block, behind the first thing it prints. */
function commentsOf(code: string): string {
  const shown = code.slice(code.indexOf("console.log"));
  return shown
    .split("\n")
    .flatMap((line) => / ?\/\/ (.*)$/.exec(line)?.slice(1) ?? [])
    .join("\n");
}

/** Who is killed, or destroys its socket, may reset the connection. */
const swallow = (socket: net.Socket): void => void socket.on("error", () => {}).resume();

async function run(code: string, until: (out: string) => boolean): Promise<{ out: string; error: string }> {
  const plain = await startServer(net.createServer(swallow));
  const secure = await startServer(tls.createServer(certificate, swallow));
  const here = code
    .replaceAll(/"(db|cache)\.example"/g, '"127.0.0.1"')
    .replaceAll(/\b(5432|6379)\b/g, String(code.includes("tls: true") ? secure.port : plain.port))
    .replaceAll(/\b808[01]\b/g, "0")
    .replaceAll(
      'from "heartwire"',
      `from ${JSON.stringify(new URL("../../heartwire/dist/index.js", import.meta.url))}`,
    );
  const preamble = new URL("readme/preamble.mjs", import.meta.url).href;
  const child = spawn(process.execPath, ["--import", preamble, "--input-type=module", "--eval", here], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      README_PORT: String(plain.port),
      NODE_EXTRA_CA_CERTS: pathOf("fixtures/cert.pem"),
      NO_COLOR: "1",
    },
  });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let [out, error] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    error += text;
  });
  const enough = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (until(out)) resolve();
    });
  });
  const patience = new Promise<void>((resolve) => setTimeout(resolve, until("") ? 1500 : PATIENCE_MS));
  await Promise.race([enough, ended, patience]);
  if (child.exitCode !== null && child.exitCode !== 0) error += `ended with ${child.exitCode}`;
  return { out, error };
}

const calls = systemCalls();
const whyNot =
  calls.kind === "unavailable" ? calls.why : process.platform === "linux" ? undefined : "not Linux";

describe.skipIf(whyNot !== undefined)(`the README's lines (${whyNot ?? "run"})`, () => {
  it("are all known here", () => {
    expect(blocks.map(({ title }) => title)).toEqual(PRINTS.map(([title]) => title));
  });

  const known = PRINTS.map(([title, prints], index) => ({ title, prints, code: blocks[index]?.code ?? "" }));
  it.each(known)("do what they say: $title", async ({ prints, code }) => {
    const complete = (out: string): boolean => {
      if (prints === "nothing") return true;
      return prints === "comments" ? bare(out) === bare(commentsOf(code)) : prints.test(bare(out));
    };
    const { out, error } = await run(code, complete);
    expect(error).toBe("");
    if (prints === "nothing") expect(out).toBe("");
    else if (prints === "comments") expect(bare(out)).toBe(bare(commentsOf(code)));
    else expect(bare(out)).toMatch(prints);
  });

  it("say what suggestSysctl prints", async () => {
    const { code } = blocks.find((block) => block.code.includes("suggestSysctl"))!;
    const [, text = "none"] = /```text\n(# An idle connection.*?)```/s.exec(readme) ?? [];
    const { out } = await run(code, (all) => all.includes("tcp_retries2 ="));
    expect(out).toContain(text.trim());
  });
});

it("the README's table has every middlebox, with its time-out and what keeps it", () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)`[^|]* +\| ([\d ]+) s +\| (any segment|data) +\|$/gm)].map(
    ([, name, seconds, keptBy]) => [
      name,
      { idleTimeoutMs: Number(seconds!.replaceAll(" ", "")) * 1000, keptBy },
    ],
  );
  const table = Object.entries(MIDDLEBOXES).map(([name, { idleTimeoutMs, keptBy }]) => [
    name,
    { idleTimeoutMs, keptBy },
  ]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(table));
});
