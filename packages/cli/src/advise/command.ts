import { type Command, InvalidArgumentError } from "commander";
import type { CommandDefinition } from "../context.js";
import { EXIT, Failure } from "../exit-code.js";
import { PLEASANT_COLUMNS, wrap } from "../text.js";
import { askOnTerminal } from "./ask.js";
import {
  type Asked,
  DEFAULTS,
  defaultOutageMs,
  FAULTS,
  type FaultName,
  TRANSPORTS,
  type TransportName,
} from "./asked.js";
import { readMeasured } from "./measured.js";
import { countOf, durationOf, faultsOf, lossOf, positiveOf, transportsOf } from "./parse.js";
import { advise } from "./report.js";
import { renderAdvice } from "./view.js";

interface AdviseOptions {
  readonly notice?: readonly FaultName[];
  readonly over?: readonly TransportName[];
  readonly proxy?: true;
  readonly forgets?: number;
  readonly rtt?: number;
  readonly jitter?: number;
  readonly loss?: number;
  readonly outage?: number;
  readonly within?: number;
  readonly mistakes?: number;
  readonly octets?: number;
  readonly peers?: number;
  readonly json?: true;
}

const list = (entries: readonly (readonly [string, string])[]): string =>
  entries
    .map(
      ([name, text]) =>
        `  ${name.padEnd(14)}${wrap(text, PLEASANT_COLUMNS - 16).join(`\n${" ".repeat(16)}`)}`,
    )
    .join("\n");

const HELP = `
What can be noticed (--notice; default ${DEFAULTS.notice.join()}):
${list(Object.entries(FAULTS).map(([name, { title }]) => [name, title]))}
Over what (--over; default ${DEFAULTS.over.join()}):
${list(Object.entries(TRANSPORTS))}
On a terminal and without options it asks. Examples:
  heartwire advise --notice hang,cut,nat --over foreign,udp --forgets 350s
  heartwire advise --notice ended,cut --over udp --within 2min --octets 5000 --loss 2% --peers 100000
Exit code 1: not all of it can be had; the nearest is shown.`;

/** `heartwire advise`: from requirements to keepalive, a heartbeat or both, with settings, code and figures. */
export const defineAdvise: CommandDefinition = (program: Command, { terminal, exitWith }) => {
  program
    .command("advise")
    .summary("keepalive, heartbeat or both: with which settings, and why")
    .description(
      "From what must be noticed, what lies in between and what it may cost, to keepalive, a heartbeat or both: " +
        "transport, settings, code to paste, and the measured figures that speak for it.",
    )
    .option("--notice <faults>", "what must be noticed, with commas between", taking(faultsOf))
    .option("--over <transports>", "over what evidence may travel, with commas between", taking(transportsOf))
    .option("--proxy", "a proxy stands in between")
    .option("--forgets <duration>", "a NAT or load balancer forgets after this idle time", taking(durationOf))
    .option("--rtt <duration>", "the round trip, on average (default: 20ms)", taking(durationOf))
    .option("--jitter <duration>", "its standard deviation: mdev of ping (default: 0ms)", taking(durationOf))
    .option("--loss <percent>", "packets lost in each direction (default: 1%)", taking(lossOf))
    .option(
      "--outage <duration>",
      "an outage so long is no death (default: a tenth of --within)",
      taking(durationOf),
    )
    .option("--within <duration>", "notice within this time (default: 30s)", taking(durationOf))
    .option("--mistakes <number>", "living peers called dead, a day (default: 0.01)", taking(positiveOf))
    .option("--octets <number>", "octets an hour for each peer, both ways", taking(positiveOf))
    .option("--peers <number>", "how many peers, for the total (default: 1)", taking(countOf))
    .option("--json", "print the report as JSON")
    .addHelpText("after", HELP)
    .action(async (options: AdviseOptions) => {
      const asked = Object.keys(options).length > 0 ? askedBy(options) : await askedOf(askOnTerminal);
      const report = adviseOn(asked);
      terminal.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderAdvice(report, terminal));
      if (report.advice.kind === "impossible") exitWith(EXIT.problems);
    });

  function askedOf(ask: typeof askOnTerminal): Promise<Asked> {
    if (process.stdin.isTTY && process.stdout.isTTY) return ask(terminal);
    const what = "say what must be noticed, such as --notice hang,cut --over tcp";
    throw new Failure(EXIT.usage, `${what}; without options advise asks, which needs a terminal`);
  }
};

function adviseOn(asked: Asked) {
  try {
    return advise(asked, readMeasured());
  } catch (error) {
    // What the configurators refuse: a figure out of its range, told with name and value.
    if (error instanceof RangeError) throw new Failure(EXIT.usage, error.message);
    throw error;
  }
}

function askedBy(options: AdviseOptions): Asked {
  const { rtt, jitter, loss, outage, forgets, within, mistakes, octets } = options;
  const path = {
    rttMs: rtt ?? DEFAULTS.path.rttMs,
    jitterMs: jitter ?? DEFAULTS.path.jitterMs ?? 0,
    lossRate: loss ?? DEFAULTS.path.lossRate ?? 0,
    outageMs: outage ?? defaultOutageMs(within),
    ...(forgets !== undefined && { forgetsAfterMs: forgets }),
  };
  return {
    notice: options.notice ?? DEFAULTS.notice,
    over: options.over ?? DEFAULTS.over,
    proxy: options.proxy ?? false,
    peers: options.peers ?? DEFAULTS.peers,
    path,
    ...(within !== undefined && { detectWithinMs: within }),
    ...(mistakes !== undefined && { mistakesPerDay: mistakes }),
    ...(octets !== undefined && { octetsPerHour: octets }),
  };
}

/** For commander: what `of` refuses is a wrong argument. */
function taking<Value>(of: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return of(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}
