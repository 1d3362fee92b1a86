// The code that advise gives to paste, run as it is but for addresses and pace; needs the built packages.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { type Asked, DEFAULTS } from "../src/advise/asked.js";
import { readMeasured } from "../src/advise/measured.js";
import { type Answer, advise } from "../src/advise/report.js";

/** A package that has all the others, so that a program there finds them. */
const FOLDER = fileURLToPath(new URL("../../heartwire", import.meta.url));
const programs = new Set<Program>();

afterEach(async () => {
  await Promise.all([...programs].map((program) => program.end()));
  programs.clear();
});

/** A program in a process of its own. */
class Program {
  readonly child: ChildProcess;
  #said = "";

  constructor(code: string) {
    this.child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: FOLDER,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const output of [this.child.stdout, this.child.stderr]) {
      output?.setEncoding("utf8").on("data", (text: string) => {
        this.#said += text;
      });
    }
    programs.add(this);
  }

  /** Resolves when it has said this. */
  async says(text: RegExp): Promise<void> {
    await expect.poll(() => this.#said, { timeout: 15_000 }).toMatch(text);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "close");
    this.child.kill("SIGKILL");
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** What the peer is where the advice leaves it alone. */
const ORDINARY = {
  service: `import { createServer } from "node:net"; createServer((socket) => socket.resume()).listen(5432, "127.0.0.1");`,
  redis: `import { createServer } from "node:net";
    createServer((socket) => socket.on("data", () => socket.write("+PONG\\r\\n"))).listen(6379, "127.0.0.1");`,
  pings: `import { WebSocketServer } from "ws"; new WebSocketServer({ port: 8080, host: "127.0.0.1" });`,
  browser: `import { WebSocket } from "ws"; new WebSocket("ws://127.0.0.1:8080");`,
} as const;

const READY = `setTimeout(() => console.log("ready"), 300);`;

test.each<[string, Partial<Asked>, keyof typeof ORDINARY | undefined, "here" | "peer"]>([
  ["keepalive", { notice: ["cut"], over: ["foreign"] }, "service", "peer"],
  ["a heartbeat over TCP", { notice: ["hang"], over: ["tcp"] }, undefined, "peer"],
  ["a protocol's own ping", { notice: ["hang"], over: ["foreign-ping"] }, "redis", "peer"],
  ["beats over UDP", { notice: ["hang"], over: ["udp"], detectWithinMs: 1500 }, undefined, "here"],
  [
    "an echo over UDP",
    { notice: ["hang", "one-way"], over: ["udp"], detectWithinMs: 1500 },
    undefined,
    "peer",
  ],
  ["WebSocket pings", { notice: ["hang"], over: ["websocket"] }, "pings", "peer"],
  ["WebSocket messages", { notice: ["unhealthy"], over: ["websocket"] }, undefined, "peer"],
  ["pings to browsers", { notice: ["hang"], over: ["browser"] }, "browser", "here"],
])("%s: the killed peer is told", async (_, asked, ordinary, first) => {
  const { answer } = recommendedFor({ detectWithinMs: 5000, ...asked });
  const port = String(await freePort());
  const local = (code: string) =>
    code
      .replaceAll(/\b(peer|hub)\.example\b/g, "127.0.0.1")
      .replaceAll(/\b(5432|6379|7007|7400|8080)\b/g, port);
  const blocks = answer.parts.flatMap(({ code }) => code);
  const codeOf = (where: string) => blocks.find((block) => block.where === where)?.lines.join("\n");
  const here = local(codeOf("here")!);
  const peer = local(`${codeOf("at the peer") ?? ORDINARY[ordinary!]}\n${READY}`);
  const told = here.replace("  if (event.type", "  console.log(event.type);\n  if (event.type");
  // Who listens goes first.
  const [listener, caller] = first === "here" ? [`${told}\n${READY}`, peer] : [peer, told];
  const listening = new Program(listener);
  await listening.says(/ready/);
  const calling = new Program(caller);
  const [monitor, watched] = first === "here" ? [listening, calling] : [calling, listening];
  await monitor.says(/alive/);
  await watched.end();
  await monitor.says(/dead: \w+/);
});

function recommendedFor(asked: Partial<Asked>): { answer: Answer } {
  const { advice } = advise({ ...DEFAULTS, ...asked }, readMeasured());
  if (advice.kind !== "recommended") throw new Error(advice.why.join());
  return advice;
}
