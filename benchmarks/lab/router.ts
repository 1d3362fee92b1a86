import type { SpawnInLab } from "./agents.js";
import type { Instant } from "./clock.js";
import { type ImpairedPath, impairPath } from "./impaired-path.js";
import type { Impairment, ImpairmentReport } from "./impairment.js";
import { type Nat, startNat, stopNat } from "./nat.js";
import { type LabProxy, type ProxyAddress, startProxy, type Upstream } from "./proxy.js";

/**
 * What stands between the ends. At first it only forwards, in the kernel; each of these is there only while it
 * is asked for. To impair and to translate at the same time is refused: each leads packets in its own way.
 */
export interface Router {
  /**
   * Loses packets that it forwards, or holds them back.
   *
   * @returns when it began
   * @throws RangeError if the impairment is impossible
   * @throws Error with what to do, if this machine has not the means; or if it does so already, or translates
   */
  impair(impairment: Impairment): Promise<Instant>;
  /**
   * Undoes {@link impair}, if it was; what is held back still arrives.
   *
   * @returns what was done to the packets
   */
  unimpair(): Promise<ImpairmentReport | undefined>;
  /** What each {@link impair} that was undone has done, in their order. */
  readonly impaired: readonly ImpairmentReport[];
  /**
   * Hides each end behind its own address, for what that end begins, and forgets mappings that are idle. To be
   * called before anybody speaks: it knows nothing of earlier connections, and cuts them off.
   *
   * @throws RangeError if the timeout is impossible
   * @throws Error with what to do, if this machine has not the means; or if it impairs
   */
  translate(nat: Nat): Promise<void>;
  /** Undoes {@link translate}, if it was. */
  stopTranslating(): Promise<void>;
  /**
   * Puts a real proxy before a listener. To reach the listener through it, go where it says.
   *
   * @throws Error with what to do, if this machine has not the means
   */
  proxy(upstream: Upstream): Promise<ProxyAddress>;
  /** Ends all proxies. Their kernel closes what they had open, as it does for any process. */
  stopProxies(): Promise<void>;
}

/**
 * The router of a lab.
 *
 * @param lab the name of the lab
 * @param spawn how to start a program in its hosts
 */
export function createRouter(lab: string, spawn: SpawnInLab): Router {
  let path: Promise<ImpairedPath> | undefined;
  let translating = false;
  const proxies: Promise<LabProxy>[] = [];
  const impaired: ImpairmentReport[] = [];
  const refuseIf = (busy: boolean, doing: string) => {
    if (busy) throw new Error(`The router of the lab "${lab}" is ${doing} already; undo that first.`);
  };
  return {
    async impair(impairment) {
      refuseIf(path !== undefined, "impairing packets");
      refuseIf(translating, "translating addresses");
      path = impairPath(lab, spawn, impairment);
      try {
        return (await path).instant;
      } catch (error) {
        path = undefined;
        throw error;
      }
    },
    async unimpair() {
      const ending = await path;
      path = undefined;
      const report = await ending?.end();
      if (report !== undefined) impaired.push(report);
      return report;
    },
    impaired,
    async translate(nat) {
      refuseIf(path !== undefined, "impairing packets");
      await startNat(lab, nat);
      translating = true;
    },
    async stopTranslating() {
      if (!translating) return;
      await stopNat(lab);
      translating = false;
    },
    async proxy(upstream) {
      const proxy = startProxy(lab, upstream);
      proxies.push(proxy);
      return (await proxy).at;
    },
    async stopProxies() {
      // One that could not be started has been reported to whoever started it.
      const started = await Promise.allSettled(proxies.splice(0));
      await Promise.all(started.map((each) => each.status === "fulfilled" && each.value.stop()));
    },
  };
}
