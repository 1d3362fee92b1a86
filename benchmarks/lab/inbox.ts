/** Messages in the order of their arrival, each read once; they wait until somebody reads them. */
export class Inbox<Message> implements AsyncIterable<Message> {
  readonly #unread: Message[] = [];
  readonly #readers: Reader<Message>[] = [];
  #end: Error | undefined;

  /** Delivers a message. */
  push(message: Message): void {
    const reader = this.#readers.shift();
    if (reader) {
      reader.resolve(message);
    } else {
      this.#unread.push(message);
    }
  }

  /**
   * No more messages will come.
   *
   * @param reason what to tell those who wait for one nevertheless
   */
  end(reason: Error): void {
    this.#end = reason;
    for (const reader of this.#readers.splice(0)) {
      reader.reject(reason);
    }
  }

  /**
   * Reads the oldest unread message, or waits for the next.
   *
   * @param signal gives up waiting; no message is lost by it
   * @throws Error the reason given to {@link end}, once all messages are read; or the signal's reason
   */
  async receive(signal?: AbortSignal): Promise<Message> {
    signal?.throwIfAborted();
    const [oldest] = this.#unread.splice(0, 1);
    if (oldest !== undefined) {
      return oldest;
    }
    if (this.#end) {
      throw this.#end;
    }
    return new Promise((resolve, reject) => {
      const settled = () => signal?.removeEventListener("abort", abort);
      const reader: Reader<Message> = {
        resolve: (message) => {
          settled();
          resolve(message);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      };
      const abort = () => {
        this.#readers.splice(this.#readers.indexOf(reader), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#readers.push(reader);
    });
  }

  /** All messages to the last; the end of messages is the end of the loop, not an error. */
  async *[Symbol.asyncIterator](): AsyncIterator<Message> {
    while (true) {
      try {
        yield await this.receive();
      } catch (reason) {
        if (reason === this.#end) {
          return;
        }
        throw reason;
      }
    }
  }
}

interface Reader<Message> {
  resolve(message: Message): void;
  reject(reason: Error): void;
}
