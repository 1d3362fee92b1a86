import { loss } from "./loss.js";

/** What a good path does in a bad hour. */
export const loss1 = loss(1);
