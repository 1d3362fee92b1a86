/** Something that wants to be called at a time. */
export interface Deadlined {
  /** Monotonic; Infinity when nothing is due. May move at any time; see {@link DeadlineQueue.update}. */
  readonly deadlineMs: number;
  /** Where the queue keeps it, so that removal need not search. Starts `undefined`; belongs to the queue. */
  queued: DeadlineSlot | undefined;
  /** Its neighbours in the slot; the queue's too. Best declared, so that no object changes its shape. */
  nextQueued?: Deadlined | undefined;
  previousQueued?: Deadlined | undefined;
}

/** All entries of one millisecond: a list through the entries themselves, which costs them two fields each. */
export interface DeadlineSlot {
  readonly tickMs: number;
  first: Deadlined | undefined;
  last: Deadlined | undefined;
}

/** How many heap nodes of emptied slots are tolerated before the heap is rebuilt. */
const HEAP_SLACK = 1024;

/**
 * One queue of deadlines for any number of links, instead of a timer each.
 *
 * The usual life of a deadline is to move later again and again (each beat postpones the verdict). That costs
 * nothing here: an entry stays where it is, and is put where it belongs when its old time comes. Entries
 * share a slot per whole millisecond (rounded up: late by less than 1 ms, never early), the slots stand in a
 * binary heap, so cost per entry does not grow with the number of entries.
 */
export class DeadlineQueue<Entry extends Deadlined> {
  readonly #slots = new Map<number, DeadlineSlot>();
  /** The slots' ticks; also ticks of slots that are gone, which popDue passes over. */
  #heap: number[] = [];

  /** The earliest time at which {@link popDue} may have work; Infinity when empty. Can be too early. */
  get nextMs(): number {
    return this.#heap[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Tells of an entry that is new or whose deadline may have moved. Free when it moved later. */
  update(entry: Entry): void {
    const tickMs = Math.ceil(entry.deadlineMs);
    if (entry.queued !== undefined && tickMs >= entry.queued.tickMs) return;
    this.remove(entry);
    this.#place(entry, tickMs);
  }

  /** Forgets an entry. Harmless when it is not queued. */
  remove(entry: Entry): void {
    const slot = entry.queued;
    if (slot === undefined) return;
    unlink(slot, entry);
    if (slot.first === undefined) this.#drop(slot);
  }

  /**
   * Takes out the entries whose deadline has come, in the order of their milliseconds, at most `limit` of them: the
   * rest is for the next call, and {@link nextMs} stays in the past.
   */
  popDue(nowMs: number, limit = Number.POSITIVE_INFINITY): Entry[] {
    const due: Entry[] = [];
    while (this.#heap.length > 0 && this.#heap[0]! <= nowMs && due.length < limit) {
      const tickMs = this.#heap[0]!;
      const slot = this.#slots.get(tickMs);
      if (slot !== undefined) this.#takeFrom(slot, nowMs, limit, due);
      if (slot?.first !== undefined) break;
      popSmallest(this.#heap);
      this.#slots.delete(tickMs);
    }
    // What is left are ticks of slots that are gone: no timer shall wait for them.
    if (this.#slots.size === 0) this.#heap = [];
    return due;
  }

  #takeFrom(slot: DeadlineSlot, nowMs: number, limit: number, due: Entry[]): void {
    while (slot.first !== undefined && due.length < limit) {
      const entry = slot.first as Entry;
      unlink(slot, entry);
      if (entry.deadlineMs <= nowMs) due.push(entry);
      else this.#place(entry, Math.ceil(entry.deadlineMs));
    }
  }

  /** Every queued entry, in no particular order. */
  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const slot of this.#slots.values()) {
      for (let entry = slot.first; entry !== undefined; entry = entry.nextQueued) yield entry as Entry;
    }
  }

  #place(entry: Entry, tickMs: number): void {
    if (tickMs === Number.POSITIVE_INFINITY) return;
    let slot = this.#slots.get(tickMs);
    if (slot === undefined) {
      slot = { tickMs, first: undefined, last: undefined };
      this.#slots.set(tickMs, slot);
      pushOnto(this.#heap, tickMs);
    }
    append(slot, entry);
  }

  #drop(slot: DeadlineSlot): void {
    this.#slots.delete(slot.tickMs);
    // A sorted array is a heap. The last entry takes all its traces along, so that no timer waits for nothing.
    if (this.#slots.size === 0 || this.#heap.length > 2 * this.#slots.size + HEAP_SLACK) {
      this.#heap = [...this.#slots.keys()].sort((a, b) => a - b);
    }
  }
}

function append(slot: DeadlineSlot, entry: Deadlined): void {
  entry.queued = slot;
  entry.previousQueued = slot.last;
  if (slot.last === undefined) slot.first = entry;
  else slot.last.nextQueued = entry;
  slot.last = entry;
}

function unlink(slot: DeadlineSlot, entry: Deadlined): void {
  const { nextQueued, previousQueued } = entry;
  if (previousQueued === undefined) slot.first = nextQueued;
  else previousQueued.nextQueued = nextQueued;
  if (nextQueued === undefined) slot.last = previousQueued;
  else nextQueued.previousQueued = previousQueued;
  entry.queued = undefined;
  entry.nextQueued = undefined;
  entry.previousQueued = undefined;
}

function pushOnto(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

function popSmallest(heap: number[]): number {
  const smallest = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return smallest;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return smallest;
}
