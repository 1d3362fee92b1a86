import { describeCause, type PeerEvent } from "heartwire";

const startedMs = performance.now();

/** Prints a line behind the time since the example began. */
export function say(text: string): void {
  console.log(`${seconds(performance.now() - startedMs).padStart(6)}  ${text}`);
}

/** "2.6 s" */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** One event in plain words. */
export function inWords(event: PeerEvent): string {
  switch (event.type) {
    case "alive":
      return `alive (proven: its ${event.proof})`;
    case "heartbeat":
      return event.rttMs === undefined
        ? "heartbeat"
        : `heartbeat, ${event.rttMs.toFixed(1)} ms there and back`;
    case "suspect":
      return `suspect: silent for ${seconds(event.silentMs)}`;
    case "dead":
      return `dead: ${describeCause(event.cause)}`;
    case "left":
      return "left, with a goodbye";
    case "stalled":
      return `(we ourselves did not run for ${seconds(event.stalledMs)})`;
    case "rejected":
      return `sent nonsense: ${event.rejection.kind}`;
    case "group-silent":
      return `${event.silent} of ${event.watched} are silent together: rather our own network than all of them`;
    case "group-answered":
      return `heard after ${seconds(event.silentForMs)}: the network is there`;
    case "group-unanswered":
      return `nobody answered: ${event.silent} are called dead`;
  }
}

/** Columns as wide as their widest cell: text to the left, as the first column, or figures to the right. */
export function table(rows: readonly (readonly string[])[], textColumns: readonly number[] = [0]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const padded = (cell: string, column: number) =>
    textColumns.includes(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}
