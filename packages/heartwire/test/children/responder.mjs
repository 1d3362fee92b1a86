// Answers everyone who comes, and tells its port. Arguments: the transport's name, the beat interval or 0.
import { respondPeers } from "heartwire";
import { servers } from "./servers.mjs";

const [transport, beatIntervalMs] = process.argv.slice(2);
const { source, port } = await servers[transport]();
respondPeers(
  source,
  Number(beatIntervalMs) > 0 ? { beatIntervalMs: Number(beatIntervalMs) } : {},
).subscribe();
console.log(port);
