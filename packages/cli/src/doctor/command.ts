import { MIDDLEBOXES, type MiddleboxName, systemKeepalive } from "@heartwire/tcp-keepalive";
import { type Command, InvalidArgumentError } from "commander";
import type { CommandDefinition } from "../context.js";
import { parseDurationMs } from "../duration.js";
import { EXIT, Failure } from "../exit-code.js";
import { addPathOption, PATH_NAMES } from "../path-option.js";
import { reportOn } from "./report.js";
import { survey } from "./survey.js";
import { renderDiagnosis } from "./view.js";

interface DoctorOptions {
  readonly pid?: number;
  readonly quiet?: number;
  readonly path?: readonly MiddleboxName[];
  readonly all?: true;
  readonly json?: true;
}

/** Connections, and problems, that people are shown unless they ask for all. */
const MAX_ROWS = 50;

/** From this silence on the connection may be forgotten on its way. */
const DEFAULT_QUIET_MS = MIDDLEBOXES["azure-load-balancer"].idleTimeoutMs;

const HELP = `
Who holds a connection, and its exact settings, can be seen of your own processes; as root, of all. What could not
be seen is said, with the reason. Nothing is ever changed. Connections within this machine are no findings: its
kernel knows both ends. Traps of the timers that are on are told, and do not change the exit code.
${PATH_NAMES}`;

/** `heartwire doctor`: what the sockets of this machine really have. */
export const defineDoctor: CommandDefinition = (program: Command, { terminal, exitWith }) => {
  const command = program
    .command("doctor")
    .summary("which connections of this machine have keepalive, and with what timers")
    .description(
      "Shows the system's keepalive settings and every established TCP connection: its process, whether it has " +
        "keepalive, with what timers, and when its peer was last heard. Linux only.",
    )
    .option("--pid <pid>", "only the connections of this process", pidOf)
    .option(
      "--quiet <duration>",
      "silence from which on a missing keepalive is a problem (default: 4m)",
      quietOf,
    );
  addPathOption(command)
    .option("--all", `show all connections and problems, not ${MAX_ROWS} of each at most`)
    .option("--json", "print the report as JSON: always all connections")
    .addHelpText("after", HELP)
    .action(({ pid, quiet = DEFAULT_QUIET_MS, path, all, json }: DoctorOptions) => {
      if (process.platform !== "linux") {
        const where = `the kernel's tables are read from Linux's /proc, and this is ${process.platform}`;
        throw new Failure(EXIT.impossible, `doctor cannot work here: ${where}`);
      }
      const report = reportOn(survey("/proc", pid), systemKeepalive(), quiet, path);
      const maxRows = all === undefined ? MAX_ROWS : Number.POSITIVE_INFINITY;
      terminal.write(
        json ? `${JSON.stringify(report, null, 2)}\n` : renderDiagnosis(report, maxRows, terminal),
      );
      const problems = report.connections.flatMap(({ findings }) => findings);
      if (problems.some(({ severity }) => severity === "problem")) exitWith(EXIT.problems);
    });
};

function pidOf(text: string): number {
  const pid = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(pid) && pid > 0) return pid;
  throw new InvalidArgumentError(`"${text}" is no process id: write a number above 0.`);
}

function quietOf(text: string): number {
  try {
    return parseDurationMs(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
