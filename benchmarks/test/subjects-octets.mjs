// Runs inside the lab: measures what each contender puts on the wire, and prints it as JSON.
import { createLab } from "../dist/lab/index.js";
import { inParallel } from "../dist/run/in-parallel.js";
import { withWhatTheyNeed } from "../dist/run/missing.js";
import { measureWire } from "../dist/run/wire-measurement.js";
import { NOMINAL, subjects } from "../dist/subjects/index.js";

const [atOnce, links, windowMs] = process.argv.slice(2).map(Number);
const rows = [];

const jobs = withWhatTheyNeed(subjects).subjects.map((subject, index) => async () => {
  const lab = await createLab(`octets-${index}`);
  try {
    rows.push(await measureWire(lab, subject, NOMINAL, links, windowMs));
  } finally {
    await lab.close();
  }
});
await inParallel(atOnce, jobs);
console.log(JSON.stringify(rows));
