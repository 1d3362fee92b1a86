import { parseDurationMs } from "../duration.js";
import { FAULTS, type FaultName, isFault, isTransport, TRANSPORTS, type TransportName } from "./asked.js";

/** What each question, and each option, takes; all throw RangeError with the text and what is taken. */

/** Names with commas between them; `all`. */
export function faultsOf(text: string): readonly FaultName[] {
  return text.trim() === "all"
    ? names(Object.keys(FAULTS).join(), isFault, FAULTS)
    : names(text, isFault, FAULTS);
}

/** Names with commas between them. */
export function transportsOf(text: string): readonly TransportName[] {
  return names(text, isTransport, TRANSPORTS);
}

/** A duration with its unit, such as `20s`. */
export function durationOf(text: string): number {
  return parseDurationMs(text.trim());
}

/** A share of frames, such as `1%`. */
export function lossOf(text: string): number {
  const [, digits] = /^(\d+(?:\.\d+)?) ?%?$/.exec(text.trim()) ?? [];
  const percent = Number(digits);
  if (digits !== undefined && percent <= 90) return percent / 100;
  throw new RangeError(`"${text}" is no loss: write percent from 0 to 90, such as 1%`);
}

/** A number above 0, such as 0.1. */
export function positiveOf(text: string): number {
  const number = Number(text.trim());
  if (/^\d+(\.\d+)?$/.test(text.trim()) && number > 0) return number;
  throw new RangeError(`"${text}" is no number above 0`);
}

/** A number of peers. */
export function countOf(text: string): number {
  const number = Number(text.trim());
  if (/^\d+$/.test(text.trim()) && number >= 1 && Number.isSafeInteger(number)) return number;
  throw new RangeError(`"${text}" is no number of peers: write a whole number above 0`);
}

/** `yes` or `no`. */
export function yesOf(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === "yes" || word === "y") return true;
  if (word === "no" || word === "n") return false;
  throw new RangeError(`"${text}" is neither yes nor no`);
}

function names<Name extends string>(
  text: string,
  is: (name: string) => name is Name,
  known: Readonly<Record<Name, unknown>>,
): readonly Name[] {
  const given = text.split(",").map((name) => name.trim());
  return [
    ...new Set(
      given.map((name) => {
        if (is(name)) return name;
        throw new RangeError(`"${name}" is not one of ${Object.keys(known).join(", ")}`);
      }),
    ),
  ];
}
