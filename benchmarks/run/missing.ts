import type { Subject } from "../subjects/index.js";
import type { NotMeasured } from "./job.js";

/** Parts the contenders for which this machine has all they need from those for which it lacks something. */
export function withWhatTheyNeed(subjects: readonly Subject[]): {
  readonly subjects: readonly Subject[];
  readonly notMeasured: readonly NotMeasured[];
} {
  const lacking = subjects.flatMap((subject) => {
    const why = subject.missing?.();
    return why === undefined ? [] : [{ subject: subject.name, why }];
  });
  const names = new Set(lacking.map(({ subject }) => subject));
  return { subjects: subjects.filter(({ name }) => !names.has(name)), notMeasured: lacking };
}
