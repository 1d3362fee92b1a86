// Runs what the README shows, as a user would: plain JavaScript on the built packages (`npm test` builds first).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { DeathCause, LivenessEvent, State, Status } from "../src/index.js";
import { endChildren, track } from "./support/child.js";

const folder = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const sections = readme.split(/^## /m).map((section) => ({
  title: section.slice(0, section.indexOf("\n")).trim(),
  examples: [...section.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => code),
}));
const examples = sections.flatMap(({ title, examples }) =>
  examples.map((code, index) => ({ name: `${title}, ${index + 1}`, code })),
);

/** What each example prints first; nothing: it serves, and waits for somebody to come. */
const PRINTS: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  "# heartwire, 1": ["alive", "heartbeat", "heartbeat"],
  "`monitor(transport, policy, options?)`, 1": ["{", /type: 'dead'/],
  "`monitor(transport, policy, options?)`, 2": [/^3022 \d+(\.\d+)? \d/],
  "`respond(transport, options?)`, 1": ["dead"],
  "`monitorPeers(source, policy, options?)`, 1": [],
  "`monitorPeers(source, policy, options?)`, 2": [],
  "`respondPeers(source, options?)`, 1": [],
  "`toStatus()`, 1": ["pending undefined 0", "dead undefined 0"],
  "`reconnect(options?)`, 1": ["dead", "reconnecting"],
  "Testing your own code, 1": ["passed"],
};

afterEach(endChildren);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("the README's examples", () => {
  it("are all known here", () => {
    expect(examples.map(({ name }) => name)).toEqual(Object.keys(PRINTS));
  });

  it.each(examples)("do what they say: $name", async ({ name, code }) => {
    const port = await freePort();
    const here = code.replaceAll(/\b(7007|7400|8080)\b/g, String(port));
    const child = spawn(process.execPath, ["--input-type=module", "--eval", here], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    track(child);
    const complaints: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
    const expected = PRINTS[name]!;
    if (expected.length === 0) {
      const ended = once(child, "exit").then(() => "ended");
      const served = new Promise((resolve) => setTimeout(resolve, 1000, "serves"));
      expect(await Promise.race([ended, served]), complaints.join("")).toBe("serves");
      return;
    }
    const printed: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      printed.push(line);
      if (printed.length === expected.length) break;
    }
    expect(printed, complaints.join("")).toEqual(
      expected.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))),
    );
  });
});

describe("the README's tables", () => {
  /** Complete by its type: whoever adds a kind is told by the compiler, and then by the README's test. */
  const all = <Name extends string>(names: Record<Name, true>): string[] => Object.keys(names);
  const events = all<LivenessEvent["type"]>({
    alive: true,
    heartbeat: true,
    suspect: true,
    dead: true,
    left: true,
    stalled: true,
    rejected: true,
  });
  const causes = all<DeathCause["kind"]>({
    silence: true,
    "keepalive-timeout": true,
    "user-timeout": true,
    reset: true,
    refused: true,
    unreachable: true,
    ended: true,
    restarted: true,
    protocol: true,
    unauthenticated: true,
    "connect-failed": true,
  });
  const status = all<keyof Status>({
    state: true,
    sinceMs: true,
    proof: true,
    rttMs: true,
    rttVariationMs: true,
    payload: true,
    cause: true,
    reconnecting: true,
    recoveries: true,
    connections: true,
    rejected: true,
    stalledMs: true,
  });
  const states = all<State>({ pending: true, alive: true, suspect: true, dead: true, left: true });

  it.each([
    ["events", events],
    ["causes", causes],
    ["status", status],
  ])("list all %s", (_, names) => {
    const rows = readme.split("\n").filter((line) => line.startsWith("| `"));
    const listed = rows.flatMap((row) =>
      [...row.split("|")[1]!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name),
    );
    expect(listed).toEqual(expect.arrayContaining([...names]));
  });

  it("list all states", () => {
    expect(readme).toContain(states.map((state) => `\`${state}\``).join(", "));
  });
});
