// Quality of service, measured: npm run bench -- --qos --help
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { onStage } from "../run/stage.js";
import { integer, options, run } from "../run/usage.js";
import { bargains } from "./bargain.js";
import { CONDITIONS } from "./conditions.js";
import { contenderRows } from "./contenders.js";
import { GENERATED_INTERVAL_MS, generatedCurves, recordedCurve } from "./curves.js";
import { headline } from "./headline.js";
import { syncQosReadme } from "./readme.js";
import { RECORDINGS, record } from "./recorder.js";
import { type Recording, readRecordings, writeRecording } from "./recording.js";
import { environmentHere, type QosHeadline, type QosResults, readQos, writeQos } from "./results.js";
import { type SensitivityOptions, sensitivity } from "./sensitivity.js";
import { bargainLines, headlineLines, qosTables, sensitivityLines } from "./table.js";
import { WORLDS } from "./worlds.js";

const USAGE = `npm run bench -- --qos [options]

  --headline      only: the default policy against a plain timeout, for the same octets, and for the same time
                  to detect in bursts of loss with local stalls, with how much that depends on the bursts;
                  results are put into an existing FILE, beside the curves
  --record        only: record beats in the lab, for M minutes, into FILE's folder traces/
  --hours N       of each generated condition      (1 to 100000, default 200)
  --peer-hours N  of each world of the headline    (1 to 100000000, default 1000000);
                  of each other kind of bursts a fiftieth
  --minutes M     stop each part after so long     (1 to 1000, default 20; of a recording 5)
  --seed N        of everything that is generated  (1 to 1000000, default 1)
  --out FILE      where results go                 (default benchmarks/results/qos.json)
  --help          this text`;

const RESULTS = fileURLToPath(new URL("../../results/qos.json", import.meta.url));
const README = fileURLToPath(new URL("../../qos/README.md", import.meta.url));

interface CommandLine {
  readonly part: "all" | "headline" | "record";
  readonly hours: number;
  readonly peerHours: number;
  readonly minutes: number;
  readonly seed: number;
  readonly out: string;
}

function readCommandLine(args: string[]): CommandLine | "help" {
  const values = options(
    args,
    ["hours", "peer-hours", "minutes", "seed", "out"],
    ["headline", "record", "help"],
  );
  if (values.help) return "help";
  return {
    part: values.headline ? "headline" : values.record ? "record" : "all",
    hours: integer("--hours", values.hours ?? "200", 100_000),
    peerHours: integer("--peer-hours", values["peer-hours"] ?? "1000000", 100_000_000),
    minutes: integer("--minutes", values.minutes ?? (values.record ? "5" : "20"), 1000),
    seed: integer("--seed", values.seed ?? "1", 1_000_000),
    out: resolve(values.out ?? RESULTS),
  };
}

/** True for so many minutes from now on. */
function within(minutes: number): () => boolean {
  const beganMs = performance.now();
  return () => performance.now() - beganMs < minutes * 60_000;
}

function headlines({ peerHours, minutes, seed }: CommandLine): QosHeadline[] {
  return WORLDS.map((world, index) => {
    process.stderr.write(`  ${world.title} …\n`);
    const hasTime = within(minutes / WORLDS.length);
    const found = headline(world, seed + 10 * index, (done) => done < peerHours && hasTime());
    const ours = found.ours.map((side) => ({ ...side, fewer: finite(side.fewer) }));
    return { ...found, title: world.title, why: world.why, ours };
  });
}

function sameOctets({ hours, minutes, seed }: CommandLine): QosResults["bargains"] {
  process.stderr.write("  for the same octets …\n");
  return bargains({ hours, seed: seed + 500_000, goOn: within(minutes) });
}

/** Each of its many cells needs fewer hours than a world of the headline, and has seeds of its own. */
function otherBursts({ peerHours, minutes, seed }: CommandLine): QosResults["sensitivity"] {
  process.stderr.write("  the same under other bursts …\n");
  const options: SensitivityOptions = {
    peerHours: peerHours / 50,
    seed: seed + 1000,
    goOn: within(minutes),
  };
  return sensitivity(options);
}

function finite({ from, to }: { readonly from: number; readonly to: number }) {
  return { from, to: Number.isFinite(to) ? to : null };
}

function measureAll(commandLine: CommandLine): QosResults {
  const { hours, minutes, seed, out } = commandLine;
  process.stderr.write("  the curves …\n");
  const recordings = readRecordings(tracesOf(out));
  const points = [
    ...generatedCurves({ hours, seed, goOn: within(minutes) }),
    ...recordings.flatMap(recordedCurve),
  ];
  return {
    schema: 2,
    environment: environmentHere(),
    conditions: [...CONDITIONS.map(generated), ...recordings.map(recorded)],
    contenders: contenderRows(),
    points,
    bargains: sameOctets(commandLine),
    headlines: headlines(commandLine),
    sensitivity: otherBursts(commandLine),
    notMeasured: notMeasured(recordings),
  };
}

function generated({ name, title, why }: (typeof CONDITIONS)[number]): QosResults["conditions"][number] {
  return { name, title, why, kind: "generated", intervalMs: GENERATED_INTERVAL_MS };
}

function recorded({ name, title, why, intervalMs }: Recording): QosResults["conditions"][number] {
  return { name, title, why, kind: "recorded", intervalMs };
}

function notMeasured(recordings: readonly Recording[]): QosResults["notMeasured"] {
  return [
    {
      what: "SWIM's indirect probes and the confirmations of other members",
      why: "a trace has one path; with two nodes there is nobody else",
    },
    {
      what: "memberlist's TCP ping, which it sends beside an indirect probe unless told otherwise",
      why: "it is a connection, so loss makes it late instead of losing it; a trace of datagrams says nothing of that. With it memberlist errs less than shown where frames are lost, and no less in a stall or a full cut",
    },
    {
      what: "the default's mode echo, on the curves",
      why: "there all judge the same beats of the peer, so ours listen; where they ask, as by default, the headline and the rows for the same octets show",
    },
    recordings.length === 0
      ? { what: "recorded traces", why: "there are none: npm run bench -- --qos --record" }
      : {
          what: "confirming probes on recorded traces, where ours judge without them",
          why: "a recording cannot tell what would have become of a probe that was never sent",
        },
    {
      what: "beats that others overtook, on recorded traces",
      why: "our recorder drops them as stale; rivals that know no order would take some of them for a sign of life",
    },
  ];
}

function tracesOf(out: string): string {
  return join(dirname(out), "traces");
}

async function recordAll({ out, minutes }: CommandLine, args: readonly string[]): Promise<number> {
  return onStage(fileURLToPath(import.meta.url), args, async (stage) => {
    if (stage.notHere !== undefined) throw new Error(`Nothing can be recorded here: ${stage.notHere}`);
    const folder = tracesOf(out);
    mkdirSync(folder, { recursive: true });
    const recordings = await Promise.all(RECORDINGS.map((plan) => record(stage, plan, minutes * 60_000)));
    for (const recording of recordings) {
      writeRecording(folder, recording);
      process.stdout.write(
        `${recording.name}: ${recording.beats.length} of ${recording.sent} beats arrived\n`,
      );
    }
    return 0;
  });
}

/** What is committed stands in the README, too. */
function write(out: string, results: QosResults): void {
  writeQos(out, results);
  if (out === RESULTS) syncQosReadme(README, results, { check: false });
}

function headlineOnly(commandLine: CommandLine): void {
  const found = {
    bargains: sameOctets(commandLine),
    headlines: headlines(commandLine),
    sensitivity: otherBursts(commandLine),
  };
  const lines = [
    bargainLines(found.bargains),
    ...found.headlines.map(headlineLines),
    sensitivityLines(found.sensitivity),
  ];
  process.stdout.write(`${lines.join("\n\n")}\n`);
  if (!existsSync(commandLine.out)) return;
  write(commandLine.out, { ...readQos(commandLine.out), ...found });
}

await run(USAGE, async (args) => {
  const commandLine = readCommandLine(args);
  if (commandLine === "help") return "help";
  const { part, out } = commandLine;
  if (part === "record") return recordAll(commandLine, args);
  if (part === "headline") {
    headlineOnly(commandLine);
    return 0;
  }
  const results = measureAll(commandLine);
  mkdirSync(dirname(out), { recursive: true });
  write(out, results);
  process.stdout.write(`${qosTables(results)}\n`);
  process.stdout.write(pc.dim(`Every figure: ${relative(process.cwd(), out)}\n`));
  return 0;
});
