import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { insideLab } from "./namespaces.js";

/** A folder that does not outlive those who use it. */
export interface ShortLivedFolder {
  readonly path: string;
  /** Whoever inherits this keeps the folder as well, for as long as it lives. Nothing is written to it. */
  readonly keeper: Writable;
}

// Waits until nobody holds the other end of its stdin any more, however they have ended.
const REMOVE = 'read nothing; rm -rf "$1"';

/**
 * Makes a folder that vanishes when this process has ended and all who have inherited its keeper, even of SIGKILL:
 * a process of its own waits for that. Inside a lab it lies in the lab's private file system.
 *
 * @param name what its name begins with
 */
export function shortLivedFolder(name: string): ShortLivedFolder {
  const path = mkdtempSync(join(insideLab() ? "/run" : tmpdir(), `${name}-`));
  const remover = spawn("sh", ["-c", REMOVE, "sh", path], {
    // In a session of its own: Ctrl-C is not for it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  remover.unref();
  return { path, keeper: remover.stdin };
}
