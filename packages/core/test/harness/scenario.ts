import {
  answerOnly,
  type CloseReason,
  type DetectorOptions,
  decodeHeartbeat,
  describeCause,
  type FrameRejection,
  fixedTimeout,
  type Heartbeat,
  type LivenessEvent,
  type Output,
  type PolicyFactory,
  trustKernel,
} from "../../src/index.js";
import { Bench } from "./bench.js";

/*
 * A scenario is a story in lines, read from top to bottom:
 *
 *   # A comment.
 *   policy fixed-timeout intervalMs=1000 mode=listen     first; one of fixed-timeout, answer-only, trust-kernel
 *   samples                                              heartbeat events are wanted
 *   at 20 received echo 0                                ticks at every deadline before 20, then the input
 *   at 20 received beat 3 1000                           also: received probe SEQ, received bye
 *   at 20 octets 10 00 00 00 07 x100                     raw octets, through the codec, a hundred times
 *   at 20 opened | active | closed | closed JSON
 *   at 9000 stalled since 2000                           ticks before 2000, none from there on; then told so
 *   at 9000 tick since 2000                              the same, but nobody noticed: a late tick
 *   run to 3000                                          ticks at every deadline up to and at 3000
 *   > 1500 suspect silent=1500                           what came of the line above
 */

/** Plays a scenario and returns its text with the traces that it really has. */
export function retrace(text: string): string {
  let player: Player | undefined;
  const lines = text.split("\n").filter((line) => !line.startsWith(">"));
  return lines
    .flatMap((line) => {
      if (line === "" || line.startsWith("#")) return [line];
      if (player === undefined) {
        player = new Player(policyOf(line));
        return [line];
      }
      return [line, ...player.play(line)];
    })
    .join("\n");
}

class Player {
  readonly #policy: PolicyFactory;
  #bench: Bench;

  constructor(policy: PolicyFactory) {
    this.#policy = policy;
    this.#bench = new Bench(policy);
  }

  /** Takes one line and returns its trace. */
  play(line: string): string[] {
    const [command, ...words] = line.split(" ");
    const before = this.#bench.trace.length;
    if (command === "samples" && before === 0) this.#restart({ samples: true });
    else if (command === "run" && words[0] === "to") this.#bench.runTo(millisecondsOf(words[1], line));
    else if (command === "at") this.#at(millisecondsOf(words[0], line), words.slice(1), line);
    else throw new Error(`not a line of a scenario: ${line}`);
    const trace = this.#bench.trace.slice(before);
    return trace.map(({ atMs, output }) => `> ${rounded(atMs)} ${print(output)}`);
  }

  #restart(options: Partial<DetectorOptions>): void {
    this.#bench = new Bench(this.#policy, options);
  }

  #at(atMs: number, [what, ...words]: readonly string[], line: string): void {
    const bench = this.#bench;
    if (what === "stalled" || what === "tick") {
      const sinceMs = words[0] === "since" ? millisecondsOf(words[1], line) : atMs;
      this.#runBefore(sinceMs);
      bench.nowMs = atMs;
      if (what === "stalled") bench.input({ type: "stalled", stalledMs: atMs - sinceMs });
      else bench.tick();
      return;
    }
    this.#runBefore(atMs);
    if (what === "opened") bench.open();
    else if (what === "active") bench.active();
    else if (what === "closed") bench.close(reasonOf(words));
    else if (what === "received") bench.hear(heartbeatOf(words, line));
    else if (what === "octets") this.#octets(words);
    else throw new Error(`not a line of a scenario: ${line}`);
  }

  /** Input at a deadline comes before its tick, as a driver drains before it judges. */
  #runBefore(untilMs: number): void {
    const bench = this.#bench;
    if (untilMs < bench.nowMs) throw new Error(`time runs backwards: ${untilMs} after ${bench.nowMs}`);
    while (bench.detector.deadlineMs < untilMs) bench.runTo(bench.detector.deadlineMs);
    bench.nowMs = untilMs;
  }

  #octets(words: readonly string[]): void {
    const times = words.at(-1)?.startsWith("x") ? Number(words.at(-1)?.slice(1)) : 1;
    const octets = Uint8Array.from(
      words.filter((word) => !word.startsWith("x")),
      (word) => Number.parseInt(word, 16),
    );
    for (let count = 0; count < times; count++) {
      const decoded = decodeHeartbeat(octets);
      if (decoded.kind === "malformed") this.#bench.reject(decoded);
      else this.#bench.hear(decoded);
    }
  }
}

function policyOf(line: string): PolicyFactory {
  const [command, name, ...pairs] = line.split(" ");
  const options = Object.fromEntries(
    pairs.map((pair) => {
      const [key = "", value = ""] = pair.split("=");
      return [key, Number.isNaN(Number(value)) ? value : Number(value)];
    }),
  );
  // Wrong options throw there, so nothing is lost by the casts.
  if (command === "policy" && name === "fixed-timeout") {
    return fixedTimeout(options as unknown as Parameters<typeof fixedTimeout>[0]);
  }
  if (command === "policy" && name === "answer-only") return answerOnly(options);
  if (command === "policy" && name === "trust-kernel") {
    return trustKernel(options as unknown as Parameters<typeof trustKernel>[0]);
  }
  throw new Error(`a scenario begins with its policy, not with: ${line}`);
}

function heartbeatOf([kind, seq, intervalMs]: readonly string[], line: string): Heartbeat {
  if (kind === "bye") return { kind };
  if (kind === "probe" || kind === "echo") return { kind, seq: Number(seq) };
  if (kind === "beat") return { kind, seq: Number(seq), intervalMs: millisecondsOf(intervalMs, line) };
  throw new Error(`no such heartbeat: ${line}`);
}

function reasonOf(words: readonly string[]): CloseReason | undefined {
  return words.length === 0 ? undefined : JSON.parse(words.join(" "));
}

function millisecondsOf(word: string | undefined, line: string): number {
  const ms = Number(word);
  if (word === undefined || Number.isNaN(ms)) throw new Error(`no time in: ${line}`);
  return ms;
}

function print(output: Output): string {
  if (output.type === "event") return printEvent(output.event);
  const { heartbeat } = output;
  if (heartbeat.kind === "bye") return "send bye";
  const interval = heartbeat.kind === "beat" ? ` every ${heartbeat.intervalMs}` : "";
  return `send ${heartbeat.kind} ${heartbeat.seq}${interval}`;
}

function printEvent(event: LivenessEvent): string {
  switch (event.type) {
    case "alive":
    case "left":
      return event.type;
    case "heartbeat":
      return event.rttMs === undefined ? "heartbeat" : `heartbeat rtt=${rounded(event.rttMs)}`;
    case "suspect":
      return `suspect silent=${rounded(event.silentMs)}`;
    case "dead":
      return `dead silent=${rounded(event.silentMs)}: ${describeCause(event.cause)}`;
    case "stalled":
      return `stalled for ${rounded(event.stalledMs)}`;
    case "rejected":
      return `rejected ${printRejection(event.rejection)} total=${event.total}`;
  }
}

function printRejection(rejection: FrameRejection): string {
  if (rejection.kind === "malformed") return `malformed (${rejection.reason})`;
  if (rejection.kind === "stale") return `stale ${rejection.seq} (newest ${rejection.newestSeq})`;
  if (rejection.kind === "unsolicited-echo") return `unsolicited echo ${rejection.seq}`;
  return rejection.kind;
}

const rounded = (ms: number) => String(Math.round(ms * 1000) / 1000);
