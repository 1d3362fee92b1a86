import process from "node:process";
import { type HuntJob, huntSeed } from "./hunt-job.js";

// One process of a hunt: takes one job, tells of each seed, and ends. Without its parent it has nothing to do.
process.on("disconnect", () => process.exit(1));
process.once("message", async (message) => {
  const job = message as HuntJob;
  for (let index = 0; index < job.seeds; index++) {
    const report = huntSeed({ ...job, seed: job.seed + index * job.step });
    // Sent before the next begins: a long seed leaves the event loop no turn.
    await new Promise<void>((sent) => {
      process.send?.(report, undefined, undefined, (error) => (error === null ? sent() : process.exit(1)));
    });
    if (report.violation !== undefined) break;
  }
  process.exit(0);
});
