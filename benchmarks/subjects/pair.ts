import { fileURLToPath } from "node:url";
import type { EndCommand, Fault } from "../faults/index.js";
import type { EndHost, HostProcess, Lab } from "../lab/index.js";
import type { FromEnd, ToEnd } from "./protocol.js";
import type { EndContext, NominalSettings, Subject } from "./subject.js";
import type { VerdictBy } from "./verdict.js";

const END_PROCESS = fileURLToPath(new URL("end-process.js", import.meta.url));

/** The death of one link, as its monitor's application heard of it. */
export interface Death {
  readonly atMs: number;
  readonly cause: string;
  readonly by: VerdictBy;
}

/** One subject at work: its two processes, and what the monitor has said of each link so far. */
export interface SubjectPair {
  readonly subject: Subject;
  readonly peer: HostProcess;
  readonly monitor: HostProcess;
  /** One place per link. */
  readonly deaths: readonly (Death | undefined)[];
  /** Beats so far that shall have carried something, and how many of them carried all of it. */
  readonly carried: { readonly beats: number; readonly intact: number };
  /** Resolves when every link has been alive. Rejects when that takes longer than `withinMs`. */
  allAlive(withinMs: number): Promise<void>;
  /** Resolves when every link is dead, or `signal` aborts. */
  allDead(signal: AbortSignal): Promise<void>;
  /** Makes the application write on every link; resolves when it has. */
  writeApplicationData(): Promise<void>;
  /** Makes the process at one end do something to itself; returns when that is, or will be. */
  command(end: EndHost, command: EndCommand): Promise<number>;
}

/** What else a pair may be asked for. */
export interface PairOptions {
  /** Puts something between the ends before they meet. */
  readonly detour?: Fault["detour"] | undefined;
  /** Every beat shall carry so many octets. */
  readonly payloadOctets?: number;
}

/**
 * Starts both ends of a subject in a lab, the listening one first.
 *
 * @throws Error when an end cannot start, with its reason.
 */
export async function startPair(
  lab: Lab,
  subject: Subject,
  links: number,
  settings: NominalSettings,
  { detour, payloadOctets }: PairOptions = {},
): Promise<SubjectPair> {
  const [peer, monitor] = await Promise.all([
    lab.spawn<FromEnd, ToEnd>("peer", END_PROCESS),
    lab.spawn<FromEnd, ToEnd>("monitor", END_PROCESS),
  ]);
  const context: EndContext = {
    address: lab.addresses[subject.listensAt],
    ports: [],
    links,
    settings,
    ...(payloadOctets !== undefined && { payloadOctets }),
  };
  const tracker = new LinkTracker(monitor, links);
  const begin = async (end: EndHost, way: Partial<EndContext>) => {
    const process = end === "monitor" ? monitor : peer;
    process.send({ type: "start", subject: subject.name, end, context: { ...context, ...way } });
    if (end === "monitor") return (await tracker.started()).ports;
    const { ports, pids } = startedIn(await peer.messages.receive());
    peer.adopt(pids);
    return ports;
  };
  const ports = await begin(subject.listensAt, {});
  const listener = { end: subject.listensAt, protocol: subject.protocol, ports };
  const other = subject.listensAt === "peer" ? "monitor" : "peer";
  await begin(other, detour === undefined ? { ports } : await detour(lab, listener));
  return {
    subject,
    peer,
    monitor,
    deaths: tracker.deaths,
    carried: tracker.carried,
    allAlive: (withinMs) => tracker.allAlive(subject.name, withinMs),
    allDead: (signal) => tracker.allDead(signal),
    writeApplicationData() {
      monitor.send({ type: "write" });
      return tracker.written();
    },
    async command(end, command) {
      if (end === "monitor") {
        monitor.send({ type: "command", command });
        return tracker.obeyed();
      }
      peer.send({ type: "command", command });
      return obeyedAt(await peer.messages.receive());
    },
  };
}

function obeyedAt(message: FromEnd): number {
  if (message.type === "obeyed") return message.atMs;
  throw new Error(`an end said "${message.type}" when it was told to do something to itself`);
}

type Started = Extract<FromEnd, { type: "started" }>;

function startedIn(message: FromEnd): Started {
  if (message.type === "started") return message;
  throw new Error(
    message.type === "failed" ? message.why : `an end said "${message.type}" before it started`,
  );
}

/** Reads what the monitor's process says, and lets others wait for what it means. */
class LinkTracker {
  readonly deaths: (Death | undefined)[];
  readonly carried = { beats: 0, intact: 0 };
  readonly #alive = new Set<number>();
  readonly #waiting = new Set<() => void>();
  #startMessage: FromEnd | undefined;
  #obeyedAtMs: number | undefined;
  #writes = 0;
  #writesAsked = 0;
  #end: Error | undefined;

  constructor(monitor: HostProcess<FromEnd, ToEnd>, links: number) {
    this.deaths = new Array(links).fill(undefined);
    void this.#read(monitor);
  }

  async started(): Promise<Started> {
    await this.#until(() => this.#startMessage !== undefined);
    return startedIn(this.#startMessage!);
  }

  async allAlive(name: string, withinMs: number): Promise<void> {
    const signal = AbortSignal.timeout(withinMs);
    await this.#until(() => this.#alive.size === this.deaths.length, signal);
    if (this.#alive.size < this.deaths.length) {
      throw new Error(
        `${name}: ${this.#alive.size} of ${this.deaths.length} links came to life in ${withinMs} ms`,
      );
    }
  }

  allDead(signal: AbortSignal): Promise<void> {
    return this.#until(() => this.deaths.every((death) => death !== undefined), signal);
  }

  written(): Promise<void> {
    this.#writesAsked += 1;
    const mine = this.#writesAsked;
    return this.#until(() => this.#writes >= mine);
  }

  /** When the process does what it was told last. */
  async obeyed(): Promise<number> {
    await this.#until(() => this.#obeyedAtMs !== undefined);
    const atMs = this.#obeyedAtMs!;
    this.#obeyedAtMs = undefined;
    return atMs;
  }

  async #read(monitor: HostProcess<FromEnd, ToEnd>): Promise<void> {
    for await (const message of monitor.messages) {
      if (message.type === "report") this.#note(message);
      else if (message.type === "written") this.#writes += 1;
      else if (message.type === "obeyed") this.#obeyedAtMs = message.atMs;
      else this.#startMessage = message;
      this.#wake();
    }
    this.#end = new Error(`${monitor.description} ended`);
    this.#wake();
  }

  #note({ report, atMs }: Extract<FromEnd, { type: "report" }>): void {
    if (report.type === "alive") this.#alive.add(report.link);
    if (report.type === "carried") {
      this.carried.beats += 1;
      if (report.intact) this.carried.intact += 1;
    }
    if (report.type === "dead") this.deaths[report.link] ??= { atMs, cause: report.cause, by: report.by };
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }

  #until(holds: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#waiting.delete(check);
        signal?.removeEventListener("abort", settle);
        resolve();
      };
      const check = () => {
        if (holds() || signal?.aborted) return settle();
        if (this.#end === undefined) return;
        this.#waiting.delete(check);
        reject(this.#end);
      };
      this.#waiting.add(check);
      signal?.addEventListener("abort", settle, { once: true });
      check();
    });
  }
}
