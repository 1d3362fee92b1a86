import { createInterface } from "node:readline/promises";
import { EXIT, Failure } from "../exit-code.js";
import type { Terminal } from "../terminal.js";
import { type Asked, DEFAULTS, defaultOutageMs, FAULTS, TRANSPORTS } from "./asked.js";
import { countOf, durationOf, faultsOf, lossOf, positiveOf, transportsOf, yesOf } from "./parse.js";

/** Asks one question and gives back the line that was typed. */
export type Question = (text: string) => Promise<string>;

/**
 * Asks all questions in turn; an answer that cannot be understood is asked for again, an empty one takes the default.
 */
export async function askAll(question: Question, write: (text: string) => void): Promise<Asked> {
  const ask = async <Value>(
    text: string,
    of: (answer: string) => Value,
    otherwise: Value,
  ): Promise<Value> => {
    for (;;) {
      const answer = (await question(`${text} `)).trim();
      if (answer === "") return otherwise;
      try {
        return of(answer);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        write(`  ${error.message}\n`);
      }
    }
  };
  write(`What must be noticed?\n${menu(FAULTS, ({ title }) => title)}`);
  const notice = await ask(`  names, or all [${DEFAULTS.notice.join()}]:`, faultsOf, DEFAULTS.notice);
  write(`Over what may evidence travel?\n${menu(TRANSPORTS, (title) => title)}`);
  const over = await ask(`  names [${DEFAULTS.over.join()}]:`, transportsOf, DEFAULTS.over);
  const proxy = await ask("Is there a proxy in between? [no]:", yesOf, false);
  const unknown: number | undefined = undefined;
  const forgetsAfterMs = await ask("After what idle time does a NAT forget? [unknown]:", durationOf, unknown);
  const rttMs = await ask("The round trip, on average? [20ms]:", durationOf, DEFAULTS.path.rttMs);
  const jitterMs = await ask("Its standard deviation? [0ms]:", durationOf, 0);
  const lossRate = await ask("Packets lost, in percent? [1%]:", lossOf, DEFAULTS.path.lossRate ?? 0);
  const detectWithinMs = await ask("Within what time must it be noticed? [30s]:", durationOf, unknown);
  const outageMs = await ask(
    "How long an outage is to be sat out? [a tenth of that]:",
    durationOf,
    defaultOutageMs(detectWithinMs),
  );
  const mistakesPerDay = await ask("At most how many mistakes a day? [0.01]:", positiveOf, unknown);
  const octetsPerHour = await ask("At most how many octets an hour and peer? [any]:", positiveOf, unknown);
  const peers = await ask("How many peers? [1]:", countOf, 1);
  const path = {
    rttMs,
    jitterMs,
    lossRate,
    outageMs,
    ...(forgetsAfterMs !== undefined && { forgetsAfterMs }),
  };
  return {
    notice,
    over,
    proxy,
    path,
    peers,
    ...(detectWithinMs !== undefined && { detectWithinMs }),
    ...(mistakesPerDay !== undefined && { mistakesPerDay }),
    ...(octetsPerHour !== undefined && { octetsPerHour }),
  };
}

function menu<Value>(values: Readonly<Record<string, Value>>, titleOf: (value: Value) => string): string {
  return Object.entries(values)
    .map(([name, value]) => `  ${name.padEnd(14)} ${titleOf(value)}\n`)
    .join("");
}

/**
 * {@link askAll} on this process's terminal.
 *
 * @throws Failure when the user ends it (Ctrl-C, Ctrl-D) before the last answer.
 */
export async function askOnTerminal(terminal: Terminal): Promise<Asked> {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C ends the lines, as Ctrl-D does by itself.
  reader.on("SIGINT", () => reader.close());
  // Not question(): lines that come while none is asked, as when several are pasted, would be lost.
  const lines = reader[Symbol.asyncIterator]();
  const question: Question = async (text) => {
    reader.setPrompt(text);
    reader.prompt();
    const { done, value } = await lines.next();
    if (done !== true) return value;
    terminal.write("\n");
    throw new Failure(EXIT.usage, "ended before the last question: nothing to advise on");
  };
  try {
    return await askAll(question, (text) => terminal.write(text));
  } finally {
    reader.close();
  }
}
