// Run by the tests as the outer process: enters the lab with a module and its arguments. Without a module it
// only says what the lab needs. The tests import what `tsc -b` has built, because Node 20 cannot run the
// TypeScript sources as child processes; `npm test` builds first.
import { enterLab, labSupport } from "../../dist/lab/index.js";

const [modulePath, ...args] = process.argv.slice(2);
const support = await labSupport();
if (modulePath === undefined || support.kind === "none") {
  console.log(JSON.stringify(support));
} else {
  process.exitCode = await enterLab(support, modulePath, args);
}
