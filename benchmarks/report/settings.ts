import type { Results } from "./results.js";
import { chosen } from "./words.js";

/**
 * What all contenders are set to: where each one's own words tell what it comes to, a common worst case; in older runs
 * as many misses of everyone, whatever that came to.
 */
export function commonSettings({ intervalMs, misses, subjects }: Results["settings"]): string {
  return Object.values(subjects).some((words) => words.endsWith(" at worst"))
    ? `a check every ${chosen(intervalMs)} and a worst case of ${chosen(intervalMs * misses)}, as near as its own knobs allow`
    : `a check every ${chosen(intervalMs)} and ${misses} misses`;
}
