import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Impairment } from "../lab/index.js";
import { seededRandom } from "../lab/random.js";
import type { Stage } from "../run/stage.js";
import { exponential } from "./random-draws.js";
import type { Blocked, FromRecorder, ToRecorder } from "./record-protocol.js";
import type { Recording } from "./recording.js";
import { environmentHere } from "./results.js";

/** What is recorded, and over what path. */
export interface RecordingPlan {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly impairment?: Impairment;
  /** What happens now and then meanwhile. */
  readonly faults?: RecordedFaults;
}

/** Exponentially far apart and long, from a seed; `cut`: nothing passes the router; `block`: the monitor does not run. */
export interface RecordedFaults {
  readonly kind: "cut" | "block";
  readonly everyMs: number;
  readonly meanMs: number;
  readonly seed: number;
}

const INTERVAL_MS = 100;
const WARM_UP_MS = 500;
const RECORD_END = fileURLToPath(new URL("record-end.js", import.meta.url));

const both = (quality: Impairment["toPeer"]): Impairment => ({
  toPeer: quality,
  toMonitor: quality,
  seed: 1,
});

/** The paths of the lab that are recorded. */
export const RECORDINGS: readonly RecordingPlan[] = [
  { name: "recorded-quiet", title: "recorded: nothing wrong", why: "as the lab is" },
  {
    name: "recorded-loss-5",
    title: "recorded: 5 % lost",
    why: "the lab's router loses 5 % of packets, each on its own",
    impairment: both({ lossRate: 0.05 }),
  },
  {
    name: "recorded-loss-20",
    title: "recorded: 20 % lost",
    why: "the lab's router loses 20 % of packets, each on its own",
    impairment: both({ lossRate: 0.2 }),
  },
  {
    name: "recorded-jitter",
    title: "recorded: 10 to 90 ms late",
    why: "the lab's router holds each packet back for 10 to 90 ms, so that they overtake each other",
    impairment: both({ delayMs: 50, jitterMs: 40 }),
  },
  {
    name: "recorded-bursts",
    title: "recorded: short cuts",
    why: "the lab's router passes nothing for 150 ms in the mean, once in 5 s",
    faults: { kind: "cut", everyMs: 5000, meanMs: 150, seed: 1 },
  },
  {
    name: "recorded-stalls",
    title: "recorded: the monitor stalls",
    why: "the monitor's event loop is blocked for 300 ms in the mean, once in 10 s",
    faults: { kind: "block", everyMs: 10_000, meanMs: 300, seed: 2 },
  },
];

/**
 * Lets a peer beat over a path of the lab, every 100 ms as `udp-beat` does, and writes down what arrives when.
 *
 * @throws Error if an end fails, or this machine cannot impair packets
 */
export async function record(stage: Stage, plan: RecordingPlan, durationMs: number): Promise<Recording> {
  const lab = await stage.openLab(plan.name);
  try {
    const [peer, monitor] = await Promise.all([
      lab.spawn<FromRecorder, ToRecorder>("peer", RECORD_END),
      lab.spawn<FromRecorder, ToRecorder>("monitor", RECORD_END),
    ]);
    monitor.send({ type: "listen", address: lab.addresses.monitor, intervalMs: INTERVAL_MS });
    const { port } = expectMessage("listening", await monitor.messages.receive());
    if (plan.impairment !== undefined) await lab.router.impair(plan.impairment);
    peer.send({ type: "beat", address: lab.addresses.monitor, port, intervalMs: INTERVAL_MS });
    const ending = new AbortController();
    const strikes = strikeUntil(ending.signal, plan.faults, {
      cut: async (forMs) => {
        await lab.wire.cut("both");
        await delay(forMs);
        await lab.wire.mend();
      },
      block: async (forMs) => monitor.send({ type: "block", forMs }),
    });
    await delay(WARM_UP_MS + durationMs);
    ending.abort();
    await strikes;
    monitor.send({ type: "stop" });
    const { beats, blocked } = expectMessage("heard", await monitor.messages.receive());
    await lab.router.unimpair();
    return recordingOf(plan, durationMs, beats, blocked);
  } finally {
    await lab.close();
  }
}

/** Strikes now and then until it is to end, which a strike that goes on is let do first. */
async function strikeUntil(
  end: AbortSignal,
  faults: RecordedFaults | undefined,
  strike: Record<RecordedFaults["kind"], (forMs: number) => Promise<void>>,
): Promise<void> {
  if (faults === undefined) return;
  const random = seededRandom(faults.seed);
  for (;;) {
    const waitMs = WARM_UP_MS + exponential(faults.everyMs, random);
    const wasEnded = await delay(waitMs, false, { signal: end }).catch(() => true);
    if (wasEnded) return;
    await strike[faults.kind](exponential(faults.meanMs, random));
  }
}

function expectMessage<Type extends FromRecorder["type"]>(
  type: Type,
  message: FromRecorder,
): Extract<FromRecorder, { type: Type }> {
  if (message.type === type) return message as Extract<FromRecorder, { type: Type }>;
  throw new Error(`a recording end said "${message.type}" where "${type}" was due`);
}

/** Times begin with the first beat that arrived after the warm-up. */
function recordingOf(
  { name, title, why }: RecordingPlan,
  durationMs: number,
  beats: Extract<FromRecorder, { type: "heard" }>["beats"],
  blocked: readonly Blocked[],
): Recording {
  const [first] = beats;
  if (first === undefined) throw new Error(`${name}: no beat arrived`);
  const startMs = first.arrivedMs + WARM_UP_MS;
  const within = beats.filter(({ arrivedMs }) => arrivedMs >= startMs && arrivedMs < startMs + durationMs);
  const numbers = within.map(({ seq }) => seq);
  const base = Math.min(...numbers);
  const round = (ms: number) => Math.round((ms - startMs) * 1000) / 1000;
  return {
    schema: 1,
    name,
    title,
    why: `${why}; a beat at 75 to 100 % of each ${INTERVAL_MS} ms, over UDP between network namespaces, for ${durationMs / 1000} s`,
    environment: environmentHere(),
    intervalMs: INTERVAL_MS,
    durationMs,
    sent: Math.max(...numbers) - base + 1,
    beats: within.map(({ seq, sentMs, arrivedMs }) => [seq - base, round(sentMs), round(arrivedMs)]),
    ...(blocked.length > 0 && {
      stalls: blocked.map(({ fromMs, toMs }): [number, number] => [round(fromMs), round(toMs)]),
    }),
  };
}
