import { quickSubjects } from "../subjects/index.js";

/** The subjects of compact tables and pictures: those of the quick comparison. */
export const QUICK_SUBJECTS: readonly string[] = quickSubjects.map(({ name }) => name);
