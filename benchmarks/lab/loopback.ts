import { type Lab, ProcessesOf } from "./lab.js";
import type { Wire } from "./wire.js";

/**
 * What is left of a lab where namespaces cannot be made: processes that talk over loopback. Its wire can
 * neither be counted nor cut, and says so.
 *
 * @param name tells labs apart
 */
export async function createLoopback(name: string): Promise<Lab> {
  const processes = new ProcessesOf(name, () => undefined);
  return {
    name,
    addresses: { monitor: "127.0.0.1", peer: "127.0.0.1" },
    wire: NO_WIRE,
    spawn: (host, modulePath, args) => processes.spawn(host, modulePath, args),
    close: () => processes.stop(),
  };
}

const none = () => Promise.reject(new Error("Loopback has no wire that could be counted or cut."));

const NO_WIRE: Wire = { counters: none, cut: none, mend: none, pullPeerCable: none, plugPeerCable: none };
