import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";

/** The folder for CPU profiles of everything measured; unset: none. Inherited by the processes. */
export const PROFILE_FOLDER = "HEARTWIRE_COST_PROFILES";

let count = 0;

/** Runs something, and writes a CPU profile of it if {@link PROFILE_FOLDER} asks for one. Slower then. */
export async function profiled<Result>(run: () => Promise<Result>): Promise<Result> {
  const folder = process.env[PROFILE_FOLDER];
  if (folder === undefined) return run();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 100 });
  await session.post("Profiler.start");
  const result = await run();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  count += 1;
  writeFileSync(
    join(folder, `${process.title.replaceAll(/\W+/g, "-")}-${process.pid}-${count}.cpuprofile`),
    JSON.stringify(profile),
  );
  return result;
}
