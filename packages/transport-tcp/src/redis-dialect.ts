import type { AnswerRecogniser, Dialect } from "./dialect.js";

const PING = Buffer.from("*1\r\n$4\r\nPING\r\n");
const PONG_LINE = "+PONG";

/** Room for a type octet and the longest length, and for {@link PONG_LINE}. */
const MAX_LINE_OCTETS = 20;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Redis and what else speaks RESP 2 or 3 (Valkey, KeyDB): `PING`, answered by `+PONG`. Proves `process`: the
 * one thread that serves commands answered.
 *
 * For a connection whose reader does not mind more answers than it asked for, such as one of its own; a client
 * library that matches answers to commands by their order would be led astray. Subscribed under RESP 2, a
 * server answers differently, which is told as `active`: as good as evidence, but without a round-trip time.
 */
export function redisDialect(): Dialect {
  return {
    name: "redis",
    proves: "process",
    answerOctets: PONG_LINE.length + 2,
    probe: () => PING,
    recogniser: () => new RespRecogniser(),
  };
}

/**
 * Skims RESP without storing it: the first octets of the line under way, and two counts. So a "+PONG" inside
 * a string or a transaction's answers is not taken for one.
 */
class RespRecogniser implements AnswerRecogniser {
  readonly #line = Buffer.alloc(MAX_LINE_OCTETS);
  #lineOctets = 0;
  /** Octets of a string, and of the line end behind it, still to skip. */
  #skip = 0;
  /** Values still to come until the reply under way is whole. */
  #valuesLeft = 0;
  #endsWithCr = false;

  observe(chunk: Uint8Array): number {
    let answers = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else if (this.#takeLineOctet(chunk[at++]!)) {
        if (this.#endValue()) answers += 1;
      }
    }
    return answers;
  }

  /** Returns whether the line is whole. */
  #takeLineOctet(octet: number): boolean {
    if (octet === LF && this.#endsWithCr) return true;
    this.#endsWithCr = octet === CR;
    if (octet !== CR) {
      if (this.#lineOctets < MAX_LINE_OCTETS) this.#line[this.#lineOctets] = octet;
      this.#lineOctets += 1;
      if (this.#lineOctets === 1) checkType(octet);
    }
    return false;
  }

  /** Reads the line that just ended, and returns whether it was an answer to a ping. */
  #endValue(): boolean {
    if (this.#lineOctets === 0) throw new Error("not RESP: a value without a type");
    const line = this.#line.toString("latin1", 0, Math.min(this.#lineOctets, MAX_LINE_OCTETS));
    const isPong = this.#valuesLeft === 0 && line === PONG_LINE && this.#lineOctets === line.length;
    this.#lineOctets = 0;
    this.#endsWithCr = false;
    if (this.#valuesLeft === 0) this.#valuesLeft = 1;
    this.#valuesLeft += this.#valuesInside(line) - 1;
    return isPong;
  }

  #valuesInside(line: string): number {
    switch (line[0]) {
      case "$":
      case "=":
      case "!":
        this.#skip = lengthOf(line, -2) + 2;
        return 0;
      case "*":
      case "~":
      case ">":
        return lengthOf(line, 0);
      case "%":
        return 2 * lengthOf(line, 0);
      case "|":
        // Attributes come before the value they belong to.
        return 2 * lengthOf(line, 0) + 1;
      default:
        return 0;
    }
  }
}

function checkType(octet: number): void {
  if (!"+-:,(#_$=!*~>%|".includes(String.fromCharCode(octet))) {
    throw new Error(`not RESP: a value starts with octet ${octet}`);
  }
}

/** The length in a header line; `ofNull` for -1, the null of RESP 2. */
function lengthOf(line: string, ofNull: number): number {
  if (line[1] === "-" && line === `${line[0]}-1`) return ofNull;
  const digits = line.slice(1);
  const length = Number(digits);
  if (!/^\d{1,15}$/.test(digits)) throw new Error(`not RESP: length ${JSON.stringify(digits)}`);
  return length;
}
