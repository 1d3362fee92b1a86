import { type EventLoop, type PolicyFactory, STALL_THRESHOLD_MS, type Timekeeper } from "@heartwire/core";
import { recur } from "./faults.js";
import { type GroupFactory, GroupWitness } from "./group-witness.js";
import { type Happening, HappeningQueue } from "./happening-queue.js";
import type { Host, World } from "./host.js";
import { FOR, makeHost } from "./hosts.js";
import { type InvariantName, type Violation, ViolationError } from "./invariants.js";
import type { JudgeFactory } from "./judge.js";
import { KeyedRandom } from "./keyed-random.js";
import { QualityLedger } from "./quality.js";
import { checkScenario, type Scenario } from "./scenario.js";
import { Site } from "./site.js";
import { Tally, type Traffic } from "./tally.js";

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /**
   * The peers' policy. Default: in mode `echo` they answer, in `listen` they beat at the monitor's interval, and in
   * `beat` they judge the monitor by the same policy.
   */
  readonly peerPolicy?: PolicyFactory;
  /** Another detector than the core's: a broken one, to see an invariant fail. */
  readonly judge?: JudgeFactory;
  /** Another driver of the monitor's and the peers' processes, likewise. */
  readonly keeper?: (loop: EventLoop) => Timekeeper;
  /** Another group silence, likewise. */
  readonly group?: GroupFactory;
  /** Keep the last inputs and outputs of this peer's two ends, for a {@link Violation}'s history. */
  readonly historyOf?: number;
  /** Go on although these break, and count how often: a defect that is known must not hide others. */
  readonly ignore?: readonly InvariantName[];
}

/** What {@link simulate} found. */
export interface Simulation {
  /** The first invariant that broke; the run ended there. */
  readonly violation: Violation | undefined;
  /** How often what was to be ignored broke. */
  readonly ignored: Readonly<Partial<Record<InvariantName, number>>>;
  readonly ledger: QualityLedger;
  /** How long links were open, all together: in true time, whatever the state of the peer. */
  readonly watchedMs: number;
  /** How often a peer was refused that went on far above the pace it was asked for. */
  readonly refused: number;
  readonly out: Traffic;
  readonly in: Traffic;
  /** What happened in all: frames that arrived, timers, faults, turns of event loops. */
  readonly happenings: number;
}

/**
 * Runs a scenario under a policy, in virtual time, and checks {@link INVARIANTS} all along. Detectors, policies and the
 * {@link Timekeeper} of each process are the core's own, as in production. Policies that are given the same
 * scenario meet the same faults and bursts, and as long as they send alike, the same fate of each frame.
 *
 * @throws RangeError when the scenario cannot be, or the peers' policy does not follow from the policy.
 */
export function simulate(
  scenario: Scenario,
  policy: PolicyFactory,
  options: SimulateOptions = {},
): Simulation {
  checkScenario(scenario);
  return new Run(scenario, policy, options).result();
}

class Run implements World {
  nowMs = 0;
  readonly ledger = new QualityLedger();
  readonly tally = new Tally();
  readonly history: string[] = [];
  readonly monitorHost: Host;
  readonly group: GroupWitness | undefined;
  readonly #queue = new HappeningQueue();
  readonly #sites: Site[] = [];
  readonly #ignored: Partial<Record<InvariantName, number>> = {};
  #happenings = 0;

  constructor(
    readonly scenario: Scenario,
    readonly policy: PolicyFactory,
    readonly options: SimulateOptions,
  ) {
    this.monitorHost = makeHost(this, FOR.monitor, 0, 0);
    const { groupSilence } = scenario;
    this.group = groupSilence && new GroupWitness(groupSilence, options.group);
    for (let peer = 0; peer < scenario.peers; peer++) this.#sites.push(new Site(this, peer));
  }

  schedule(atMs: number, happening: Happening): void {
    this.#queue.push(atMs, happening);
  }

  broken(invariant: InvariantName, detail: string, peer?: number): void {
    if (this.options.ignore?.includes(invariant) !== true) throw new ViolationError(invariant, detail, peer);
    this.#ignored[invariant] = (this.#ignored[invariant] ?? 0) + 1;
  }

  result(): Simulation {
    const violation = this.#run();
    return {
      violation,
      ignored: this.#ignored,
      ledger: this.ledger,
      watchedMs: this.tally.watchedMs,
      refused: this.tally.refused,
      out: this.tally.out,
      in: this.tally.in,
      happenings: this.#happenings,
    };
  }

  #run(): Violation | undefined {
    const { durationMs, network } = this.scenario;
    try {
      for (const site of this.#sites) site.start();
      this.#startFaults();
      while (this.#queue.nextMs <= durationMs) {
        this.nowMs = this.#queue.nextMs;
        this.#happenings += 1;
        this.#queue.pop().happen();
      }
      this.nowMs = durationMs;
      for (const site of this.#sites) site.end();
      this.tally.check(this.policy, network.duplicate, (...what) => this.broken(...what));
      return undefined;
    } catch (error) {
      if (!(error instanceof ViolationError)) throw error;
      const { invariant, detail, peer } = error;
      return { invariant, detail, peer, atMs: this.nowMs, history: this.history };
    }
  }

  #startFaults(): void {
    const { seed, monitorStalls, monitorSuspends, partitions } = this.scenario;
    for (const site of this.#sites) site.startFaults();
    if (monitorStalls !== undefined) {
      recur(monitorStalls, new KeyedRandom(seed, FOR.monitorStalls), this, {
        begin: (lastingMs) => this.monitorHost.stall(lastingMs, STALL_THRESHOLD_MS),
        end: () => {},
      });
    }
    if (monitorSuspends !== undefined) {
      const { clock } = monitorSuspends;
      recur(monitorSuspends, new KeyedRandom(seed, FOR.monitorSuspends), this, {
        begin: (lastingMs) => this.monitorHost.suspend(lastingMs, clock, STALL_THRESHOLD_MS),
        end: () => {},
      });
    }
    if (partitions !== undefined) this.#startPartitions(partitions);
  }

  #startPartitions(partitions: NonNullable<Scenario["partitions"]>): void {
    const random = new KeyedRandom(this.scenario.seed, FOR.members);
    const ways = ["both", "out", "in"] as const;
    let cut: readonly Site[] = [];
    let way: (typeof ways)[number] = "both";
    recur(partitions, new KeyedRandom(this.scenario.seed, FOR.partitions), this, {
      begin: () => {
        way = ways[Math.floor(random.next() * ways.length)]!;
        const alone = Math.floor(random.next() * this.#sites.length);
        cut = this.#sites.filter((_, index) =>
          partitions.share === 0 ? index === alone : random.next() < partitions.share,
        );
        for (const site of cut) site.sever(way);
      },
      end: () => {
        for (const site of cut) site.heal(way);
      },
    });
  }
}
