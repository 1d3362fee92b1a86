import { type LivenessEvent, requireDurationMs } from "@heartwire/core";
import {
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscriber,
  Subscription,
  takeUntil,
} from "rxjs";
import { monotonicScheduler } from "./monotonic-scheduler.js";

/** Options of {@link reconnect}. */
export interface ReconnectOptions {
  /** The most that the first wait can be. 1 to a day; default 500. */
  readonly initialMs?: number;
  /** The most that any wait can be: each doubles the last. Default 30 000. */
  readonly maxMs?: number;
  /** Give up after this many new links in a row without a lasting recovery. Default Infinity. */
  readonly maxAttempts?: number;
  /** The time source; default {@link monotonicScheduler}. */
  readonly scheduler?: SchedulerLike;
  /** From [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/** The peer died, and the next link will be opened: what {@link reconnect} adds to the stream. */
export interface Reconnecting {
  readonly type: "reconnecting";
  /** Monotonic. */
  readonly atMs: number;
  /** Counts the new links since the last lasting life, from 1. */
  readonly attempt: number;
  /** How long the wait is, from `atMs` on. */
  readonly waitMs: number;
}

const DAY_MS = 86_400_000;

/**
 * Opens the next link when the peer died: the stream goes on after `dead` with `reconnecting`, and completes after `left`, or
 * with the last `dead` when the attempts are used up. Waits are drawn evenly from zero to a bound that doubles
 * (full jitter: Brooker, "Exponential Backoff And Jitter", AWS 2015), so that a thousand clients do not come
 * back in step. The bound falls back only after a link lived longer than the wait before it: a peer that
 * accepts and dies at once is not hammered.
 *
 * @throws RangeError when an option cannot work.
 */
export function reconnect(
  options: ReconnectOptions = {},
): OperatorFunction<LivenessEvent, LivenessEvent | Reconnecting> {
  const { initialMs = 500, maxMs = 30_000, maxAttempts = Number.POSITIVE_INFINITY } = options;
  requireDurationMs("initialMs", initialMs, 1, DAY_MS);
  requireDurationMs("maxMs", maxMs, initialMs, DAY_MS);
  if (!(maxAttempts >= 1)) throw new RangeError(`maxAttempts must be at least 1, not ${maxAttempts}`);
  const full = {
    initialMs,
    maxMs,
    maxAttempts,
    scheduler: options.scheduler ?? monotonicScheduler,
    random: options.random ?? Math.random,
  };
  return (source) => new Observable((subscriber) => new LinkAfterLink(source, full, subscriber).subscription);
}

class LinkAfterLink {
  readonly subscription = new Subscription();
  readonly #source: Observable<LivenessEvent>;
  readonly #options: Required<ReconnectOptions>;
  readonly #subscriber: Subscriber<LivenessEvent | Reconnecting>;
  #attempt = 0;
  #boundMs = 0;
  #aliveSinceMs: number | undefined;
  #last: LivenessEvent["type"] | undefined;

  constructor(
    source: Observable<LivenessEvent>,
    options: Required<ReconnectOptions>,
    subscriber: Subscriber<LivenessEvent | Reconnecting>,
  ) {
    this.#source = source;
    this.#options = options;
    this.#subscriber = subscriber;
    subscriber.add(this.subscription);
    this.#open();
  }

  #open(): void {
    this.#aliveSinceMs = undefined;
    this.#last = undefined;
    // Added first, since a source may emit, complete or be unsubscribed while it is being subscribed.
    const link = new Subscription();
    this.subscription.add(link);
    const unsubscribed = new Observable<void>((stop) => link.add(() => stop.next()));
    this.#source.pipe(takeUntil(unsubscribed)).subscribe({
      next: (event) => {
        this.#note(event);
        this.#subscriber.next(event);
      },
      error: (error) => this.#subscriber.error(error),
      complete: () => {
        link.unsubscribe();
        if (!this.#subscriber.closed) this.#wait();
      },
    });
  }

  #note(event: LivenessEvent): void {
    this.#last = event.type;
    if (event.type === "alive") this.#aliveSinceMs ??= event.atMs;
    if (event.type === "dead" && this.#aliveSinceMs !== undefined) {
      if (event.atMs - this.#aliveSinceMs > this.#boundMs) this.#attempt = 0;
    }
  }

  #wait(): void {
    const { initialMs, maxMs, maxAttempts, scheduler, random } = this.#options;
    if (this.#last !== "dead" || this.#attempt >= maxAttempts) {
      this.#subscriber.complete();
      return;
    }
    this.#boundMs = Math.min(maxMs, initialMs * 2 ** this.#attempt);
    this.#attempt += 1;
    const waitMs = random() * this.#boundMs;
    const atMs = scheduler.now();
    this.#subscriber.next({ type: "reconnecting", atMs, attempt: this.#attempt, waitMs });
    // Whoever hears it may have had enough.
    if (this.#subscriber.closed) return;
    const timer = new Subscription();
    this.subscription.add(timer);
    timer.add(
      scheduler.schedule(() => {
        timer.unsubscribe();
        this.#open();
      }, waitMs),
    );
  }
}
