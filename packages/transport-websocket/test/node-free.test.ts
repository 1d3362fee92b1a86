import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const project = fileURLToPath(new URL("node-free/tsconfig.json", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

// A browser entry will share this code, and a Buffer or a timer there would only fail in the browser.
test("mode messages compiles without Node, without the DOM and without ws", async () => {
  const { stdout } = await promisify(execFile)(`${root}node_modules/.bin/tsc`, [
    "-p",
    project,
    "--listFiles",
  ]);
  const files = stdout.trim().split("\n");
  expect(files.some((file) => file.endsWith("/src/message-codec.ts"))).toBe(true);
  expect(files.filter((file) => /@types\/|lib\.dom/.test(file))).toEqual([]);
}, 30_000);
