// The questions on a real terminal, made by script(1) of util-linux; needs the built command.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { EXIT } from "../src/exit-code.js";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

function advise() {
  const command = `'${process.execPath}' '${MAIN}' advise`;
  const child: ChildProcessWithoutNullStreams = spawn("script", ["-qec", command, "/dev/null"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(child, "close");
  return {
    type: (text: string) => child.stdin.write(text),
    says: (text: string) => expect.poll(() => said, { timeout: 10_000 }).toContain(text),
    exitCode: async () => ((await ended) as [number | null])[0],
  };
}

test("answers pasted all at once are all heard", async () => {
  const { type, says, exitCode } = advise();
  await says("names, or all");
  type(`hang\nudp\n${"\n".repeat(5)}10s\n${"\n".repeat(4)}`);
  await says("Take a heartbeat: beats of the peer over UDP");
  expect(await exitCode()).toBe(EXIT.fine);
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("%s ends it, with nothing to advise on", async (_, key) => {
  const { type, says, exitCode } = advise();
  await says("names, or all");
  type("hang\n");
  await says("names [tcp");
  type(key);
  await says("ended before the last question");
  expect(await exitCode()).toBe(EXIT.usage);
});
