interface Event {
  readonly atMs: number;
  readonly act: () => void;
}

/** Time that passes from one event to the next. */
export class VirtualClock {
  /** A binary heap: no event is before its parent, at half of its index. */
  readonly #events: Event[] = [];
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Acts in so many milliseconds. */
  after(ms: number, act: () => void): void {
    const events = this.#events;
    const event = { atMs: this.#nowMs + ms, act };
    let place = events.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (events[parent]!.atMs <= event.atMs) break;
      events[place] = events[parent]!;
      place = parent;
    }
    events[place] = event;
  }

  /** Lets time pass until `untilMs`, or until `stop` says so. */
  run(untilMs: number, stop: () => boolean): void {
    while (this.#events.length > 0 && this.#events[0]!.atMs <= untilMs && !stop()) {
      const { atMs, act } = this.#next();
      this.#nowMs = atMs;
      act();
    }
  }

  #next(): Event {
    const events = this.#events;
    const first = events[0]!;
    const last = events.pop()!;
    if (events.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && events[child + 1]!.atMs < events[child]!.atMs) child += 1;
      if (events[child]!.atMs >= last.atMs) break;
      events[place] = events[child]!;
      place = child;
    }
    events[place] = last;
    return first;
  }
}
