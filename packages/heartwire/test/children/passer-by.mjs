// Watches a peer for a moment, then unsubscribes: nothing may keep this process running. Arguments: the
// transport's name, the port.
import { fixedTimeout, monitor, reconnect, trustKernel } from "heartwire";
import { clients, SETTINGS } from "./servers.mjs";

const [transport, port] = process.argv.slice(2);
// A minute's silence, and a minute's wait: this process would outlive the test's patience.
const policy = transport === "tcp-keepalive" ? trustKernel(SETTINGS) : fixedTimeout({ intervalMs: 60_000 });
const subscription = monitor(clients[transport](Number(port)), policy)
  .pipe(reconnect({ initialMs: 60_000, maxMs: 60_000, random: () => 0.999 }))
  .subscribe();
console.log("subscribed");
setTimeout(() => subscription.unsubscribe(), 500);
