import { MAX_USER_TIMEOUT_MS } from "@heartwire/core";
import {
  type MiddleboxName,
  parseSoKeepalive,
  type SoKeepalive,
  SoKeepaliveError,
  systemKeepalive,
} from "@heartwire/tcp-keepalive";
import { type Command, InvalidArgumentError } from "commander";
import type { CommandDefinition } from "../context.js";
import { parseDurationMs } from "../duration.js";
import { EXIT, Failure } from "../exit-code.js";
import { addPathOption, PATH_NAMES } from "../path-option.js";
import { explain } from "./report.js";
import { renderExplanation } from "./view.js";

interface ExplainOptions {
  readonly userTimeout?: number;
  readonly path?: readonly MiddleboxName[];
  readonly json?: true;
}

const HELP = `
The setting is nginx's so_keepalive: "on", "off", or idle:interval:probes, where an empty part keeps the system's
value. Times are seconds, or have the units y M w d h m s. Examples:
  heartwire explain 30m::10
  heartwire explain 10:5:3 --user-timeout 20s
  heartwire explain 10m --path aws-network-load-balancer
  heartwire explain on --json | jq .outcomes.idle.detectionMs
Problems are the traps marked "!"; those marked "-" are a price that may be meant.
${PATH_NAMES}`;

/** `heartwire explain`: what a setting means on this system. */
export const defineExplain: CommandDefinition = (program: Command, { terminal, exitWith }) => {
  const command = program
    .command("explain")
    .summary("what a keepalive setting means")
    .description(
      "Explains a keepalive setting: its values, how soon a dead peer is noticed, its cost, its traps.",
    )
    .argument("<setting>", "such as 30m::10")
    .option("--user-timeout <duration>", "TCP_USER_TIMEOUT as well, such as 20s", userTimeoutOf);
  addPathOption(command)
    .option("--json", "print the report as JSON")
    .addHelpText("after", HELP)
    .action((setting: string, { userTimeout = 0, path, json }: ExplainOptions) => {
      const report = explain(setting, settingOf(setting), userTimeout, systemKeepalive(), path);
      terminal.write(json ? `${JSON.stringify(report, null, 2)}\n` : renderExplanation(report, terminal));
      if (report.traps?.some(({ severity }) => severity === "warning")) exitWith(EXIT.problems);
    });
};

function settingOf(text: string): SoKeepalive {
  try {
    return parseSoKeepalive(text);
  } catch (error) {
    if (error instanceof SoKeepaliveError) throw new Failure(EXIT.usage, error.message);
    throw error;
  }
}

function userTimeoutOf(text: string): number {
  try {
    const ms = parseDurationMs(text);
    if (ms >= 1 && ms <= MAX_USER_TIMEOUT_MS) return ms;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  throw new InvalidArgumentError(`"${text}" is not from 1 ms to ${MAX_USER_TIMEOUT_MS} ms`);
}
