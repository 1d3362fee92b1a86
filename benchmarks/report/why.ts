import { faults } from "../faults/index.js";
import { subjects } from "../subjects/index.js";
import type { Results } from "./results.js";

/** Why a subject does not notice a fault, or late, in its own words; undefined where it has none. */
export function whyNotNoticed({ settings }: Results, subject: string, fault: string): string | undefined {
  const effect = faults.find(({ name }) => name === fault)?.effect;
  return effect && subjects.find(({ name }) => name === subject)?.expectDetection(effect, settings).why;
}
