#!/usr/bin/env node
import { EXIT } from "./exit-code.js";
import { run } from "./program.js";
import { terminalOf } from "./terminal.js";

const { stdout, stderr } = process;
let unwritten = false;

stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader has seen enough: heartwire doctor | head -1.
  if (error.code === "EPIPE") return;
  if (!unwritten) stderr.write(`error: standard output could not be written: ${error.message}\n`);
  fail();
});
stderr.on("error", (error: NodeJS.ErrnoException) => {
  // There is nowhere left to say it.
  if (error.code !== "EPIPE") fail();
});

// Not process.exit(): what is still in a pipe would be lost.
const exitCode = await run(process.argv.slice(2), terminalOf(stdout, stderr, process.env));
process.exitCode = unwritten ? EXIT.unwritten : exitCode;

/** What was found is of no use where it cannot be told. */
function fail(): void {
  unwritten = true;
  process.exitCode = EXIT.unwritten;
}
