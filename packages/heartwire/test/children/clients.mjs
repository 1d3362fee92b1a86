// Many clients of one server. Arguments: the transport's name, the port, how many, the beat interval.
import { respond } from "heartwire";
import { clients } from "./servers.mjs";

const [transport, port, count, beatIntervalMs] = process.argv.slice(2);
for (let index = 0; index < Number(count); index++) {
  respond(clients[transport](Number(port)), { beatIntervalMs: Number(beatIntervalMs) }).subscribe();
}
console.log("started");
