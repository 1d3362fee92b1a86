// A lab on loopback whose only process has been stopped: says who is there, and waits to be killed.
import { fileURLToPath } from "node:url";
import { createLoopback } from "../../dist/lab/index.js";

const lab = await createLoopback("hang-and-wait");
const peer = await lab.spawn("peer", fileURLToPath(new URL("with-dependant.mjs", import.meta.url)));
const { pid, folder } = await peer.messages.receive();
peer.adopt([pid]);
peer.signal("SIGSTOP");
console.log(JSON.stringify({ pids: peer.pids, folder }));
setInterval(() => {}, 1e6);
