import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

/** Whether a generated file says what its sources say. */
export type FileState = "in step" | "out of step" | "written";

/** Whether to look only, and write nothing. */
export interface SyncOptions {
  readonly check: boolean;
}

/** Brings a generated text in step; the file may not exist yet. */
export function syncText(path: string, content: string, options: SyncOptions): FileState {
  return sync(path, content, options, (old) => old === content);
}

/** Brings generated JSON in step. A formatter may have laid it out anew: what counts is the value. */
export function syncJson(path: string, value: object, options: SyncOptions): FileState {
  return sync(path, `${JSON.stringify(value, undefined, 2)}\n`, options, (old) =>
    isDeepStrictEqual(JSON.parse(old), value),
  );
}

function sync(
  path: string,
  content: string,
  { check }: SyncOptions,
  says: (old: string) => boolean,
): FileState {
  const old = readIfThere(path);
  if (old !== undefined && says(old)) return "in step";
  if (check) return "out of step";
  writeFileSync(path, content);
  return "written";
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
