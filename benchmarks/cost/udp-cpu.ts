import { alternate } from "./rounds.js";
import { type CostRow, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf, ratioOf } from "./statistics.js";
import { startUdpBench, type UdpRound, udpRound } from "./udp-bench.js";

/** Issue: a beat with the full detector costs at most so much of one that is only counted. */
const BAR = 1.25;

/**
 * CPU per UDP beat received, by a hub with a detector for each peer and by a bare `dgram` listener, at the same
 * rate for every number of peers: what differs from row to row is the number of peers alone.
 */
export async function udpCpu({ udp }: Scale): Promise<readonly CostRow[]> {
  const bench = await startUdpBench();
  try {
    const rounds = await alternate(
      udp.rounds,
      Object.fromEntries(
        udp.peers.flatMap((peers) => [
          [`bare ${peers}`, () => udpRound(bench, "bare", { ...udp, peers })],
          [`heartwire ${peers}`, () => udpRound(bench, "heartwire", { ...udp, peers })],
        ]),
      ),
    );
    const of = (variant: string, peers: number) => rounds[`${variant} ${peers}`] ?? [];
    const rows = udp.peers.flatMap((peers) => rowsAt(peers, of("bare", peers), of("heartwire", peers), udp));
    return [...rows, flatness(udp.peers, (peers) => of("heartwire", peers))];
  } finally {
    await bench.stop();
  }
}

function rowsAt(
  peers: number,
  bare: readonly UdpRound[],
  heartwire: readonly UdpRound[],
  { beatsPerSecond, windowMs }: Scale["udp"],
): readonly CostRow[] {
  const how = `rounds in turn, ${windowMs} ms each at ${beatsPerSecond} beats a second`;
  return [
    rowOf(
      {
        name: "udp-cpu-ratio",
        title: "UDP beat, full detector ÷ bare dgram listener",
        peers,
        unit: "ratio",
        bar: BAR,
        how,
      },
      ratioOf(heartwire.map(cpu), bare.map(cpu)),
    ),
    rowOf(
      {
        name: "udp-cpu-heartwire",
        title: "UDP beat, full detector",
        peers,
        unit: "µs",
        how: counted(how, heartwire),
      },
      figureOf(heartwire.map(cpu)),
    ),
    rowOf(
      {
        name: "udp-cpu-bare",
        title: "UDP datagram, bare dgram listener",
        peers,
        unit: "µs",
        how: counted(how, bare),
      },
      figureOf(bare.map(cpu)),
    ),
  ];
}

function flatness(peers: readonly number[], at: (peers: number) => readonly UdpRound[]): CostRow {
  const few = peers[0]!;
  const many = peers.at(-1)!;
  return rowOf(
    {
      name: "udp-cpu-flatness",
      title: `UDP beat at ${many} peers ÷ at ${few}`,
      peers: many,
      unit: "ratio",
      how: "rounds in turn, the rate of beats the same",
    },
    ratioOf(at(many).map(cpu), at(few).map(cpu)),
  );
}

const cpu = (round: UdpRound) => round.cpuUsPerBeat;

/** What could spoil the figure, counted. */
function counted(how: string, rounds: readonly UdpRound[]): string {
  const sum = (of: (round: UdpRound) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const lagMs = Math.max(...rounds.map(({ maxLagMs }) => maxLagMs));
  return (
    `${how}; ${sum(({ beats }) => beats)} beats, ${sum(({ dropped }) => dropped)} dropped by the kernel, ` +
    `${sum(({ suspected }) => suspected)} suspicions, ${sum(({ deaths }) => deaths)} deaths; ` +
    `sender at most ${lagMs.toFixed(0)} ms late`
  );
}
