import type { Proof } from "@heartwire/core";

/** How a protocol with a ping of its own asks whether the peer lives, and how its answers look. */
export interface Dialect {
  /** Such as "redis". */
  readonly name: string;
  /** What an answer proves. */
  readonly proves: Proof;
  /** Octets of one answer, for predictions. */
  readonly answerOctets: number;
  /** The question as it goes into the stream. `seq` may go with it, where the protocol has room. */
  probe(seq: number): Uint8Array;
  /** A recogniser for one link; it starts where no message of the peer is under way. */
  recogniser(): AnswerRecogniser;
}

/**
 * Finds the answers among all that the peer sends. It only observes: the application's own reader gets every
 * octet too, the answers included, and must put up with answers it did not ask for.
 */
export interface AnswerRecogniser {
  /**
   * Looks at the next octets, cut anywhere, and returns how many answers came to their end in them. Must not
   * keep or change the chunk.
   *
   * @throws Error when the octets are not this protocol; the link then closes with the cause `protocol`.
   */
  observe(chunk: Uint8Array): number;
}
