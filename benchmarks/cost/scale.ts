/** How much is measured. */
export interface Scale {
  readonly name: "full" | "quick" | "tiny";
  readonly udp: {
    /** The numbers of peers at which a beat's cost is compared. */
    readonly peers: readonly number[];
    readonly beatsPerSecond: number;
    readonly windowMs: number;
    readonly rounds: number;
  };
  readonly tcp: {
    readonly peers: number;
    readonly intervalMs: number;
    readonly windowMs: number;
    readonly rounds: number;
  };
  readonly webSocket: {
    readonly clients: number;
    readonly intervalMs: number;
    readonly windowMs: number;
    readonly rounds: number;
  };
  readonly memory: { readonly clients: number; readonly intervalMs: number; readonly rounds: number };
  readonly crowd: { readonly peers: number; readonly intervalMs: number; readonly windowMs: number };
  readonly lateness: {
    readonly peers: number;
    readonly intervalMs: number;
    readonly silenced: number;
    readonly withinMs: number;
  };
  readonly check: {
    readonly links: number;
    /** A whole second or more, as the kernel counts in seconds. */
    readonly intervalMs: number;
    readonly windowMs: number;
    readonly rounds: number;
  };
  readonly contenders: {
    /** With so many the cost of one is told… */
    readonly links: number;
    /** … beside what it takes to have these. */
    readonly fewLinks: number;
    readonly windowMs: number;
    /** Windows one after the other. */
    readonly rounds: number;
  };
}

/** Some twelve minutes. */
export const FULL: Scale = {
  name: "full",
  udp: { peers: [100, 1000, 10_000, 100_000], beatsPerSecond: 50_000, windowMs: 1000, rounds: 5 },
  tcp: { peers: 1000, intervalMs: 100, windowMs: 1500, rounds: 5 },
  // A crowd is pinged at once, after 75 to 100 % of the interval: eight times or so, with which the rate is comparable.
  webSocket: { clients: 2000, intervalMs: 1000, windowMs: 8000, rounds: 4 },
  memory: { clients: 4000, intervalMs: 1000, rounds: 3 },
  crowd: { peers: 100_000, intervalMs: 1000, windowMs: 30_000 },
  lateness: { peers: 10_000, intervalMs: 1000, silenced: 5000, withinMs: 5000 },
  check: { links: 4000, intervalMs: 1000, windowMs: 5000, rounds: 3 },
  contenders: { links: 1000, fewLinks: 50, windowMs: 1500, rounds: 4 },
};

/** Under a minute; the spread says how far it can be trusted. */
export const QUICK: Scale = {
  name: "quick",
  udp: { peers: [1000, 10_000], beatsPerSecond: 50_000, windowMs: 500, rounds: 2 },
  tcp: { peers: 500, intervalMs: 100, windowMs: 500, rounds: 1 },
  webSocket: { clients: 500, intervalMs: 500, windowMs: 4000, rounds: 1 },
  memory: { clients: 1000, intervalMs: 1000, rounds: 1 },
  crowd: { peers: 100_000, intervalMs: 1000, windowMs: 4000 },
  lateness: { peers: 10_000, intervalMs: 1000, silenced: 1000, withinMs: 500 },
  check: { links: 1000, intervalMs: 1000, windowMs: 2000, rounds: 1 },
  contenders: { links: 200, fewLinks: 20, windowMs: 1500, rounds: 1 },
};

/** For the test of the machinery: its figures mean nothing. */
export const TINY: Scale = {
  name: "tiny",
  udp: { peers: [10, 50], beatsPerSecond: 1000, windowMs: 150, rounds: 1 },
  tcp: { peers: 10, intervalMs: 100, windowMs: 200, rounds: 1 },
  webSocket: { clients: 10, intervalMs: 200, windowMs: 400, rounds: 1 },
  memory: { clients: 20, intervalMs: 100, rounds: 1 },
  crowd: { peers: 500, intervalMs: 100, windowMs: 500 },
  lateness: { peers: 100, intervalMs: 200, silenced: 50, withinMs: 200 },
  check: { links: 20, intervalMs: 1000, windowMs: 1500, rounds: 1 },
  contenders: { links: 20, fewLinks: 5, windowMs: 1500, rounds: 1 },
};
