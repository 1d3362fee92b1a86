import { loss } from "./loss.js";

/** What a poor radio or a congested link does. */
export const loss5 = loss(5);
