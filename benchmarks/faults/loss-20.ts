import { loss } from "./loss.js";

/** A path that is hardly usable; whoever lives through it has been watched with patience. */
export const loss20 = loss(20);
