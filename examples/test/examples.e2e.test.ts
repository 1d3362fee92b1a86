// Runs the examples as a user does: what was built. `npm test` builds before it starts vitest; after a change run
// `npx tsc -b examples` yourself.
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = new URL("..", import.meta.url);
const path = (relative: string) => fileURLToPath(new URL(relative, root));
const text = (relative: string) => readFileSync(path(relative), "utf8");
const names = readdirSync(path("src"))
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -".ts".length));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly leftBehind: readonly string[];
}

/** A mark in the environment, which children inherit, finds every process of a run, wherever it went. */
async function run(args: readonly string[], signalAfter?: RegExp): Promise<Run> {
  const mark = `HEARTWIRE_EXAMPLE_RUN=${randomUUID()}`;
  const [name = "", value] = mark.split("=");
  const child = spawn(process.execPath, [path("dist/run.js"), ...args], {
    env: { ...process.env, [name]: value },
  });
  let stdout = "";
  let stderr = "";
  let signalled = false;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    if (!signalled && signalAfter?.test(stdout)) {
      signalled = true;
      child.kill("SIGINT");
    }
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const closed = once(child, "close");
  const [code] = await once(child, "exit");
  // Those it has just killed may take a moment to go.
  await sleep(200);
  const leftBehind = processesMarked(mark);
  for (const pid of leftBehind) process.kill(Number(pid), "SIGKILL");
  await closed;
  return { code, stdout, stderr, leftBehind };
}

function processesMarked(mark: string): readonly string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(mark));
}

/** Empty when the process is gone, which it may be at any moment; a zombie's is empty too. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}

/** At most three at a time, so that they do not starve each other of CPU and become late. */
const running = new Set<Promise<unknown>>();
async function runInTurn(args: readonly string[], signalAfter?: RegExp): Promise<Run> {
  while (running.size >= 3) await Promise.race(running);
  const turn = run(args, signalAfter);
  running.add(turn);
  return turn.finally(() => running.delete(turn));
}

/** Asked in the simplest way there is: can this machine do what two hosts need? */
function canHaveHosts(): boolean {
  const hosts = "unshare --net ip link add cable type veth peer name cable2";
  return [["--user", "--map-root-user"], []].some((user) => {
    return spawnSync("unshare", [...user, "sh", "-c", hosts], { stdio: "ignore" }).status === 0;
  });
}

const CABLE_PULLED = [
  /^When the cable is pulled$/,
  /nothing: +after 8\.0 s still waiting$/,
  // Without koffi, and with an old Node, the kernel gets ten probes, and the example says so.
  /keepalive: (dead after [2345]\.\d s: the kernel's keepalive probes went unanswered|probes .*forced to 10)/,
  /heartbeat: dead after [23]\.\d s: silent for 3000 ms/,
];

/** The lines that matter, in this order, with others in between. Seconds may vary, where they are patterns. */
const EXPECTED: Readonly<Record<string, readonly RegExp[]>> = {
  "silent-server": [
    /server hangs; keepalive: alive \(proven: its connection\)/,
    /server hangs; heartbeat: suspect/,
    /^When the server hangs$/,
    /nothing: +after 8\.0 s still waiting$/,
    /keepalive: after 8\.0 s still says "alive": the server's kernel answers the probes$/,
    /heartbeat: dead after [23]\.\d s: silent for 3000 ms/,
    ...CABLE_PULLED,
    /suspends keepalive, and repeats the "a" for 15 minutes or more/,
  ],
  "ws-server": [
    /Ann: alive/,
    /now Bob's process is stopped/,
    /Bob: suspect/,
    /Bob: dead: silent for 3000 ms/,
    /still connected: Ann$/,
    /messages: .*no ping is among them$/,
  ],
  "ws-client-reconnect": [
    /connecting$/,
    /connected$/,
    /the server's process is killed$/,
    /no server: the peer's end was closed without a goodbye$/,
    /no server: nothing listens there \(ECONNREFUSED\)$/,
    /started again$/,
    /connected again \(connection 2\)$/,
    /as if it hung$/,
    /the server is silent$/,
    /no server: silent for 3000 ms/,
  ],
  "tcp-service": [
    /request {2}apple$/,
    /answer {3}apple 5\.00$/,
    /answer {3}banana 6\.00$/,
    /now the store hangs/,
    /request {2}cherry$/,
    /heartbeat: suspect/,
    /heartbeat: dead: silent for 3000 ms/,
    /no answer: the service is gone$/,
  ],
  "udp-fleet": [
    /alive 100 {2}suspect 0 {2}dead 0 {2}left 0$/,
    /now the process of machines 96 to 98 is killed/,
    /machine 99: dead: the peer was restarted/,
    /machine 9[678]: dead: silent for 5000 ms/,
    /machine 9[678]: dead: silent for 5000 ms/,
    /machine 9[678]: dead: silent for 5000 ms/,
    /alive 96 {2}suspect 0 {2}dead 3 {2}left 1$/,
  ],
  "keepalive-on-a-server": [
    /createServer\(.*really sets:$/,
    /^enforceKeepalive: keepalive is/,
    /^idleMs +60000 /,
    /^intervalMs +10000 /,
    /^probes +3 /,
    /^userTimeoutMs +90000 /,
  ],
  choosing: [
    /^Found at the latest after: +hang +cut/,
    /^keepalive 60 s \+ 3 × 10 s +never +100 s +17 min/,
    /^keepalive 60 s \+ 3 × 10 s, user timeout 90 s +never +100 s +100 s/,
    /^TCP echo, 1 s × 3 +3 s +3 s +3 s/,
    /^UDP echo, 1 s × 3 .* one in .* years$/,
    /^UDP echo, confirming nothing, 1 s × 2 .* one in \d+ min$/,
  ],
  "test-your-code": [
    /^marbles: a stutter pages nobody, a death does$/,
    /^virtual time: page somebody: silent for 3000 ms .*, 2\.\d s after its death$/,
    /less than a second/,
  ],
};

function expectedHere(name: string): readonly RegExp[] {
  const all = EXPECTED[name] ?? [];
  if (name !== "silent-server" || canHaveHosts()) return all;
  const firstOfCable = all.findIndex((line) => CABLE_PULLED.includes(line));
  const why = /^The cable cannot be pulled here: \S/;
  return [...all.slice(0, firstOfCable), why, ...all.slice(firstOfCable + CABLE_PULLED.length)];
}

/** The first expected line that does not come in its turn. */
function missing(output: string, expected: readonly RegExp[]): RegExp | undefined {
  const lines = output.split("\n");
  let next = 0;
  return expected.find((pattern) => {
    const found = lines.findIndex((line, index) => index >= next && pattern.test(line));
    next = found + 1;
    return found < 0;
  });
}

it.concurrent.each(names)(
  "%s prints what it promises, ends by itself, leaves nothing behind",
  async (name) => {
    const { code, stdout, stderr, leftBehind } = await runInTurn([name]);
    expect(missing(stdout, expectedHere(name)), stdout).toBeUndefined();
    expect({ code, stderr, leftBehind }).toEqual({ code: 0, stderr: "", leftBehind: [] });
  },
  60_000,
);

it.concurrent("leaves nothing behind either when it is interrupted while a process is stopped", async () => {
  const { code, leftBehind } = await runInTurn(["silent-server"], /heartbeat: suspect/);
  expect({ code, leftBehind }).toEqual({ code: 1, leftBehind: [] });
}, 60_000);

it.each(names)("%s says first how to run it, and last what it prints", (name) => {
  const source = text(`src/${name}.ts`);
  expect(source).toMatch(new RegExp(`^// npm run example ${name}\n`));
  const [, comment] = source.split("\n// Printed here ");
  const printed = comment?.trimEnd().split("\n").slice(1) ?? [];
  expect(printed.filter((line) => !line.startsWith("//"))).toEqual([]);
  const output = printed.map((line) => line.replace(/^\/\/ ?/, "")).join("\n");
  expect(missing(output, EXPECTED[name] ?? []), output).toBeUndefined();
});

it("knows what to expect of each example, and of no other", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...names].sort());
});

it("lists the examples when called without a name, and refuses a wrong one", async () => {
  const list = await run([]);
  expect(list).toMatchObject({ code: 0, stderr: "" });
  const wrong = await run(["nonsense"]);
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain('There is no example "nonsense".');
  for (const name of names) {
    expect(list.stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, "m"));
    expect(wrong.stderr).toContain(name);
  }
});

it("is listed in the README, with the same question and its command", async () => {
  const { stdout } = await run([]);
  const rows = stdout.matchAll(/^ {2}(\S+) +(\S.*)$/gm);
  const expected = [...rows].map(
    ([, name, question]) => `| ${question} | \`npm run example ${name}\` | [${name}.ts](src/${name}.ts) |`,
  );
  expect(expected).toHaveLength(names.length);
  const listed = text("README.md")
    .split("\n")
    .filter((line) => line.startsWith("|") && line.includes("](src/"))
    .map((line) => line.replace(/ +\|/g, " |"));
  expect(listed).toEqual(expected);
});
