import {
  type DetectorOptions,
  type LivenessEvent,
  MAX_INTERVAL_MS,
  type Policy,
  type PolicyFactory,
  requireInteger,
  type Timekeeper,
  type Transport,
} from "@heartwire/core";
import { Observable, type SchedulerLike, type Subscriber } from "rxjs";
import { LinkWatch } from "./link-watch.js";
import { monotonicScheduler } from "./monotonic-scheduler.js";
import { timekeeperOf } from "./scheduler-loop.js";

/** Options of {@link monitor}. */
export interface MonitorOptions {
  /** Whether each beat and echo is told as a `heartbeat` event. Default true. */
  readonly samples?: boolean;
  /** What each of our beats carries: 1 to 255 octets, or nothing. */
  readonly payload?: () => Uint8Array | undefined;
  /** False withholds our beats and echoes, so that the peer finds us dead. Default: always healthy. */
  readonly health?: () => boolean;
  /**
   * What counts as evidence: `any` octet of the peer (default), or its `heartbeats` only. Take the latter where
   * the peer's `health` shall decide although its application's octets go on flowing.
   */
  readonly evidence?: "any" | "heartbeats";
  /**
   * Asks the peer not to send heartbeats of its own accord more often than this: whole milliseconds, 1 to 2^32 - 1. It
   * follows without a reconnect; one that goes on far above the rate is dead, with the cause `protocol`: at four times
   * what is allowed, after at most 150 heartbeats. Echoes of our own probes do not count. In the modes `beat` and
   * `listen` a limit that the policy would doubt every peer for is a RangeError on the stream. Default: no limit.
   */
  readonly minReceiveMs?: number;
  /** The time source; default {@link monotonicScheduler}. Tests pass RxJS's TestScheduler. */
  readonly scheduler?: SchedulerLike;
  /** From [0, 1), for the jitter on sending. Default Math.random. */
  readonly random?: () => number;
}

/**
 * Watches one peer. Cold: each subscription opens a link of its own with a policy of its own, and releases
 * everything when it is unsubscribed (after a `bye`, so that the peer sees us leave, not die). A dead peer is
 * a value, `dead` with its cause, and then completion; `left` likewise. Errors are bugs only: of the
 * callbacks given here, or of a transport that cannot be opened twice.
 *
 * It also answers the peer's probes, so two monitors can face each other.
 */
export function monitor(
  transport: Transport,
  policy: PolicyFactory,
  options: MonitorOptions = {},
): Observable<LivenessEvent> {
  const scheduler = options.scheduler ?? monotonicScheduler;
  const keeper = timekeeperOf(scheduler);
  const shared = detectorOptions(transport, options, keeper, true);
  return new Observable((subscriber) => {
    const watch = new SubscribedWatch(policy(), shared, keeper, subscriber);
    watch.start(transport);
    return () => watch.stop();
  });
}

/** The part of the options that is the detector's. */
export function detectorOptions(
  { proves, wire }: Pick<Transport, "proves" | "wire">,
  options: MonitorOptions,
  { probeBudget, timetable }: Timekeeper,
  samplesByDefault: boolean,
): DetectorOptions {
  const { payload, health, evidence, minReceiveMs, random } = options;
  if (minReceiveMs !== undefined) requireInteger("minReceiveMs", minReceiveMs, 1, MAX_INTERVAL_MS);
  return {
    proves,
    loss: wire.loss,
    probeBudget,
    timetable,
    samples: options.samples ?? samplesByDefault,
    ...(payload && { payload }),
    ...(health && { health }),
    ...(evidence && { evidence }),
    ...(minReceiveMs !== undefined && { minReceiveMs }),
    ...(random && { random }),
  };
}

class SubscribedWatch extends LinkWatch {
  protected readonly keeper: Timekeeper;
  readonly #subscriber: Subscriber<LivenessEvent>;

  constructor(
    policy: Policy,
    options: DetectorOptions,
    keeper: Timekeeper,
    subscriber: Subscriber<LivenessEvent>,
  ) {
    super(policy, options, keeper);
    this.keeper = keeper;
    this.#subscriber = subscriber;
  }

  protected event(event: LivenessEvent): void {
    this.#subscriber.next(event);
  }

  protected ended(): void {
    this.#subscriber.complete();
  }

  protected failed(error: unknown): void {
    this.#subscriber.error(error);
  }
}
