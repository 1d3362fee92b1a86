import type { Observable, Subscription } from "rxjs";

/** Everything that a stream said, and a way to await what it will say. */
export class Recording<T> {
  readonly values: T[] = [];
  completed = false;
  error: unknown;
  readonly #subscription: Subscription;
  readonly #waiters = new Set<() => void>();

  /** Subscribes. `react` is called with each value after it was recorded, within the stream's own call. */
  constructor(stream: Observable<T>, react?: (value: T) => void) {
    this.#subscription = stream.subscribe({
      next: (value) => {
        this.values.push(value);
        react?.(value);
        this.#check();
      },
      error: (error) => {
        this.error = error;
        this.#check();
      },
      complete: () => {
        this.completed = true;
        this.#check();
      },
    });
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }

  /** Resolves when `condition` holds, now or after something more was said; rejects after `timeoutMs`. */
  until(condition: (recording: this) => boolean, what: string, timeoutMs = 15_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!condition(this)) return;
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(check);
        reject(
          new Error(`${what}: not within ${timeoutMs} ms; heard ${JSON.stringify(this.values.slice(-20))}`),
        );
      }, timeoutMs);
      this.#waiters.add(check);
      check();
    });
  }

  #check(): void {
    for (const check of this.#waiters) check();
  }
}
