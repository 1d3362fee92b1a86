import type { WireCost } from "./wire-cost.js";

/**
 * How many heartbeats leave in company at most. So many WebSocket pings take some 40 ms of CPU, in turns between which all
 * input is read (`WORK_PER_TURN`); a verdict that falls due meanwhile comes that much later.
 */
export const DEPARTURE_SEATS = 2048;

/**
 * And how many where the network drops what is too much at once. All may go to one socket, and one that nobody has enlarged
 * holds some 270 datagrams: 2048 at once lost every fourth, 64 lose none, and need hardly more wake-ups.
 */
export const DATAGRAM_SEATS = 64;

/** Of fewer links each goes at its own time: so few wake-ups cost nothing, and company would only make them alike. */
export const LEAST_CROWD = 64;

interface Departure {
  readonly atMs: number;
  seats: number;
}

/**
 * When the links of one process send: in few departures, each in the company of others. A process that wakes up for each
 * of thousands of peers alone spends more on waking up than on sending.
 *
 * Jitter is the departures', not the links': whoever left together may leave together the next time too, after the same
 * random share of the interval. So two processes never stay in step (RFC 5880, 6.8.7), and few links are jittered each
 * by itself. Bounded by the number of links; a booking costs the logarithm of the departures that have seats left.
 */
export class Timetable {
  readonly #streams = new Departures(DEPARTURE_SEATS);
  readonly #datagrams = new Departures(DATAGRAM_SEATS);
  #links = 0;

  /** One link more uses it. */
  joined(): void {
    this.#links += 1;
  }

  /** One link less. */
  left(): void {
    this.#links -= 1;
  }

  /**
   * Books a time from `leastMs` to `mostMs`: of a departure that has a seat left, else (or among few links) at `wishMs`.
   *
   * @param wishMs where between the two; evenly spread, if departures shall be
   * @param loss what becomes of too much at once
   */
  book(
    leastMs: number,
    mostMs: number,
    wishMs: number,
    nowMs: number,
    loss: WireCost["loss"] = "delays",
  ): number {
    if (this.#links < LEAST_CROWD) return wishMs;
    return (loss === "drops" ? this.#datagrams : this.#streams).book(leastMs, mostMs, wishMs, nowMs);
  }
}

/** The departures of one size. */
class Departures {
  readonly #seats: number;
  /** Those with seats left, in the order of time. */
  readonly #departures: Departure[] = [];
  #latest: Departure | undefined;

  constructor(seats: number) {
    this.#seats = seats;
  }

  book(leastMs: number, mostMs: number, wishMs: number, nowMs: number): number {
    const latest = this.#latest;
    const departure =
      latest !== undefined && latest.seats > 0 && latest.atMs >= leastMs && latest.atMs <= mostMs
        ? latest
        : (this.#nearest(leastMs, mostMs, wishMs) ?? this.#add(wishMs, nowMs));
    this.#latest = departure;
    departure.seats -= 1;
    if (departure.seats === 0) this.#departures.splice(this.#from(departure.atMs), 1);
    return departure.atMs;
  }

  #nearest(leastMs: number, mostMs: number, wishMs: number): Departure | undefined {
    const at = this.#from(wishMs);
    const [before, after] = [this.#departures[at - 1], this.#departures[at]];
    const early = before !== undefined && before.atMs >= leastMs ? before : undefined;
    const late = after !== undefined && after.atMs <= mostMs ? after : undefined;
    if (early === undefined || late === undefined) return early ?? late;
    return wishMs - early.atMs < late.atMs - wishMs ? early : late;
  }

  #add(atMs: number, nowMs: number): Departure {
    this.#departures.splice(0, this.#from(nowMs));
    const departure = { atMs, seats: this.#seats };
    this.#departures.splice(this.#from(atMs), 0, departure);
    return departure;
  }

  /** The place of the first departure at this time or later. */
  #from(atMs: number): number {
    let [low, high] = [0, this.#departures.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#departures[middle]!.atMs < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
