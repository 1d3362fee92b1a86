#!/usr/bin/env node
import { run } from "./program.js";
import { terminalOf } from "./terminal.js";

for (const output of [process.stdout, process.stderr]) {
  output.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough: heartwire doctor | head -1.
    if (error.code !== "EPIPE") throw error;
  });
}

// Not process.exit(): what is still in a pipe would be lost.
process.exitCode = await run(process.argv.slice(2), terminalOf(process.stdout, process.stderr, process.env));
