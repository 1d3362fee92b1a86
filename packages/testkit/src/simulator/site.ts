import { answerOnly, type LivenessEvent, type PolicyFactory, STALL_THRESHOLD_MS } from "@heartwire/core";
import { type EndpointOptions, MonitorEndpoint, PeerEndpoint } from "./endpoint.js";
import { recur } from "./faults.js";
import type { GroupWitness } from "./group-witness.js";
import type { Host } from "./host.js";
import { FOR, type HostWorld, makeHost } from "./hosts.js";
import type { InvariantName } from "./invariants.js";
import { type JudgeFactory, realJudge } from "./judge.js";
import { KeyedRandom } from "./keyed-random.js";
import { Lane } from "./lane.js";
import { PeerAccount, type QualityLedger } from "./quality.js";
import type { Direction, Tally } from "./tally.js";

/** What a {@link Site} needs of its run. */
export interface SiteWorld extends HostWorld {
  readonly policy: PolicyFactory;
  readonly options: HostWorld["options"] & {
    readonly peerPolicy?: PolicyFactory;
    readonly judge?: JudgeFactory;
    readonly historyOf?: number;
  };
  readonly monitorHost: Host;
  readonly group: GroupWitness | undefined;
  readonly tally: Tally;
  readonly ledger: QualityLedger;
  readonly history: string[];
  broken(invariant: InvariantName, detail: string, peer?: number): void;
}

/** How many inputs are remembered of a link whose history is kept. */
const HISTORY_LENGTH = 50;

/** One peer, the link to it, what happens to both, and what is known of them. */
export class Site {
  readonly #world: SiteWorld;
  readonly #index: number;
  readonly #monitor: MonitorEndpoint;
  readonly #peer: PeerEndpoint;
  readonly #account: PeerAccount;
  #incarnation = 1;
  #openedMs = 0;
  /** When it was last cut off or hung, in true time. */
  #impairedMs = Number.NEGATIVE_INFINITY;

  constructor(world: SiteWorld, index: number) {
    this.#world = world;
    this.#index = index;
    this.#account = new PeerAccount(world.ledger);
    this.#monitor = new MonitorEndpoint(world.monitorHost, this.#endpointOptions("out", world.policy), {
      heard: () => this.#account.trusted(world.nowMs),
      ended: (event) => this.#verdict(event),
    });
    const { peerPolicy = peerPolicyFor(world.policy) } = world.options;
    const host = makeHost(world, FOR.peer, index, this.#incarnation);
    this.#peer = new PeerEndpoint(host, this.#endpointOptions("in", peerPolicy));
    this.#monitor.join(this.#peer);
  }

  /** Links open one by one, over an interval. */
  start(): void {
    const { intervalMs } = this.#world.policy();
    const draw = new KeyedRandom(this.#world.scenario.seed, FOR.openings, this.#index).next();
    this.#peer.open(this.#incarnation);
    this.#relinkAfter(Number.isFinite(intervalMs) ? draw * intervalMs : 0);
  }

  startFaults(): void {
    const { seed, crashes, peerStalls, orderlyShare } = this.#world.scenario;
    if (crashes !== undefined) {
      const farewells = new KeyedRandom(seed, FOR.farewells, this.#index);
      recur(crashes, new KeyedRandom(seed, FOR.crashes, this.#index), this.#world, {
        begin: () => this.#crash(farewells.next() < orderlyShare),
        end: () => this.#restart(),
      });
    }
    this.#startData();
    if (peerStalls !== undefined) {
      recur(peerStalls, new KeyedRandom(seed, FOR.peerStalls, this.#index), this.#world, {
        begin: (lastingMs) => this.#peer.host.stall(lastingMs, STALL_THRESHOLD_MS),
        end: () => {
          this.#impairedMs = this.#world.nowMs;
        },
      });
    }
  }

  /** Both applications talk for a while, and are silent for a while. */
  #startData(): void {
    const { seed, applicationData } = this.#world.scenario;
    if (applicationData === undefined) return;
    const { gapMs } = applicationData;
    let untilMs = 0;
    const talk = (): void => {
      if (this.#world.nowMs >= untilMs) return;
      this.#peer.sendData();
      this.#monitor.sendData();
      this.#world.schedule(this.#world.nowMs + gapMs, { happen: talk });
    };
    recur(applicationData, new KeyedRandom(seed, FOR.applicationData, this.#index), this.#world, {
      begin: (lastingMs) => {
        untilMs = this.#world.nowMs + lastingMs;
        talk();
      },
      end: () => {},
    });
  }

  sever(way: Direction | "both"): void {
    if (way !== "in") this.#monitor.sever();
    if (way !== "out") this.#peer.sever();
  }

  heal(way: Direction | "both"): void {
    if (way !== "in") this.#monitor.heal();
    if (way !== "out") this.#peer.heal();
    this.#impairedMs = this.#world.nowMs;
  }

  /** The run is over. */
  end(): void {
    this.#account.end(this.#world.nowMs);
    if (this.#monitor.watch?.isOver === false) this.#closed();
  }

  #endpointOptions(direction: Direction, policy: PolicyFactory): EndpointOptions {
    const { scenario, options, tally } = this.#world;
    const isOut = direction === "out";
    const [lane, jitter] = isOut ? [FOR.laneOut, FOR.jitterOut] : [FOR.laneIn, FOR.jitterIn];
    const minReceiveMs = isOut ? scenario.monitorMinReceiveMs : scenario.peerMinReceiveMs;
    const random = new KeyedRandom(scenario.seed, jitter, this.#index);
    return {
      world: this.#world,
      peer: this.#index,
      policy,
      judge: options.judge ?? realJudge,
      tally,
      direction,
      lane: new Lane(scenario.network, scenario.seed, lane, this.#index),
      dataLane: new Lane(scenario.network, scenario.seed, isOut ? FOR.dataOut : FOR.dataIn, this.#index),
      group: isOut ? this.#world.group : undefined,
      detector: {
        proves: "process",
        random: () => random.next(),
        ...(minReceiveMs !== undefined && { minReceiveMs }),
      },
      record: options.historyOf === this.#index ? (line) => this.#record(direction, line()) : undefined,
    };
  }

  #record(direction: Direction, line: string): void {
    const { history, nowMs } = this.#world;
    const [end, { host }] = direction === "out" ? ["monitor", this.#monitor] : ["peer", this.#peer];
    history.push(`${nowMs.toFixed(3)} ${end} (its clock ${host.now().toFixed(3)}): ${line}`);
    if (history.length > HISTORY_LENGTH) history.shift();
  }

  #verdict(event: LivenessEvent): void {
    this.#closed();
    const { nowMs } = this.#world;
    const { host, watch, isSevered } = this.#monitor;
    const silentMs = host.now() - (watch?.evidenceMs ?? 0);
    const isImpaired = isSevered || this.#peer.isSevered || this.#peer.host.state === "stalled";
    const isOutage = isImpaired || event.type === "left" || this.#impairedMs >= nowMs - silentMs;
    if (event.type === "dead" && event.cause.kind === "protocol") this.#world.tally.refused += 1;
    this.#account.verdict(nowMs, host.pausedMs, isOutage);
    this.#relinkAfter(this.#world.scenario.relinkAfterMs);
  }

  #closed(): void {
    this.#world.tally.watchedMs += this.#world.nowMs - this.#openedMs;
  }

  #relinkAfter(delayMs: number): void {
    const open = (): void => {
      // What is down is waited for: its restart comes here again.
      if (this.#peer.host.state === "down" || this.#monitor.watch?.isOver === false) return;
      this.#openedMs = this.#world.nowMs;
      this.#monitor.openNext();
    };
    this.#world.schedule(this.#world.nowMs + delayMs, {
      happen: () => this.#monitor.host.run({ read: open }),
    });
  }

  #crash(isOrderly: boolean): void {
    const { host, watch } = this.#peer;
    if (isOrderly && host.state === "running") watch?.stop();
    watch?.release();
    host.end();
    this.#account.gone(this.#world.nowMs, this.#monitor.host.pausedMs, isOrderly);
    this.#audit(this.#incarnation);
  }

  #restart(): void {
    this.#incarnation += 1;
    this.#account.restarted();
    this.#peer.moveTo(makeHost(this.#world, FOR.peer, this.#index, this.#incarnation));
    this.#peer.open(this.#incarnation);
    this.#relinkAfter(this.#world.scenario.relinkAfterMs);
  }

  /** Holds `completeness`: asks again, for as long as the watch of a crashed peer may rightly wait. */
  #audit(crashed: number): void {
    const { watch, host } = this.#monitor;
    if (watch === undefined) return;
    const check = (): void => {
      // Who has only heard of the next process does not watch the one that crashed.
      if (watch.isOver || (watch.hasHeard && this.#monitor.newestSession > crashed)) return;
      const restMs = watch.latestVerdictMs - host.now();
      if (restMs === Number.POSITIVE_INFINITY) return;
      if (restMs < 0) {
        this.#world.broken("completeness", `not found ${-restMs} ms after the latest`, this.#index);
        return;
      }
      this.#world.schedule(this.#world.nowMs + restMs + 1, { happen: check });
    };
    check();
    this.#auditInTrueTime(crashed);
  }

  /** Holds `true-time`: by no clock that a stall could stop. */
  #auditInTrueTime(crashed: number): void {
    const { watch } = this.#monitor;
    const check = (): void => {
      if (watch === undefined || watch.isOver) return;
      if (watch.hasHeard && this.#monitor.newestSession > crashed) return;
      const restMs = watch.latestTrueMs - this.#world.nowMs;
      if (restMs === Number.POSITIVE_INFINITY) return;
      if (restMs < 0) {
        this.#world.broken("true-time", `not found ${-restMs} ms after the latest`, this.#index);
        return;
      }
      this.#world.schedule(this.#world.nowMs + restMs + 1, { happen: check });
    };
    check();
  }
}

function peerPolicyFor(policy: PolicyFactory): PolicyFactory {
  const { mode, intervalMs } = policy();
  if (mode === "beat") return policy;
  if (mode === "echo") return answerOnly();
  if (Number.isFinite(intervalMs)) return answerOnly({ beatIntervalMs: intervalMs });
  throw new RangeError("peerPolicy must be given where the policy listens, and expects no interval");
}
