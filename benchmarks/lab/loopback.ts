import type { EndHosts } from "./end-hosts.js";
import { type Lab, ProcessesOf } from "./lab.js";
import type { Router } from "./router.js";
import type { Wire } from "./wire.js";

/**
 * What is left of a lab where namespaces cannot be made: processes that talk over loopback. Its wire can
 * neither be counted nor cut, and it has no router; both say so.
 *
 * @param name tells labs apart
 */
export async function createLoopback(name: string): Promise<Lab> {
  const processes = new ProcessesOf(name, () => undefined);
  return {
    name,
    addresses: { monitor: "127.0.0.1", peer: "127.0.0.1" },
    wire: NO_WIRE,
    router: NO_ROUTER,
    hosts: NO_HOSTS,
    spawn: (host, modulePath, args) => processes.spawn(host, modulePath, args),
    close: () => processes.stop(),
  };
}

const none = () => Promise.reject(new Error("Loopback has no wire, router or host that could be broken."));

const NO_WIRE: Wire = {
  counters: none,
  capture: none,
  cut: none,
  mend: none,
  pullCable: none,
  plugCable: none,
};

const NO_ROUTER: Router = {
  impair: none,
  unimpair: none,
  impaired: [],
  translate: none,
  stopTranslating: none,
  proxy: none,
  stopProxies: async () => {},
};

const NO_HOSTS: EndHosts = { vanish: none, boot: none };
