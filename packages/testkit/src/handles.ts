/** The part of an `EventEmitter` that {@link listenerCount} needs. */
export interface CountableEmitter {
  eventNames(): readonly (string | symbol)[];
  listenerCount(event: string | symbol): number;
}

/** How many listeners an emitter has, of all events together. */
export function listenerCount(emitter: CountableEmitter): number {
  return emitter.eventNames().reduce((count, event) => count + emitter.listenerCount(event), 0);
}

/**
 * How many resources of the given types keep this process alive, such as `"TCPSocketWrap"`,
 * `"TCPServerWrap"`, `"UDPWrap"`, `"Timeout"`, `"Immediate"`: all types if none is given. They are those of
 * the whole process, so nothing else may open or close any meanwhile; unreferenced timers do not count.
 *
 * See Node's `process.getActiveResourcesInfo()`.
 */
export function activeResources(...types: readonly string[]): number {
  const active = process.getActiveResourcesInfo();
  return types.length === 0 ? active.length : active.filter((type) => types.includes(type)).length;
}

/** What {@link leakedHandles} gives. */
export interface HandleLeaks {
  /** The types of the resources that are active now and were not at the beginning, one entry for each. */
  leaked(): readonly string[];
  /**
   * Waits until nothing is leaked any more: a closed socket is gone only some turns of the event loop later.
   *
   * @throws Error naming what is left after `timeoutMs`.
   */
  expectNone(timeoutMs?: number): Promise<void>;
}

/** How often {@link HandleLeaks.expectNone} looks: nobody tells when a handle is gone. */
const TURN_LIMIT_MS = 1;

/**
 * Remembers which resources keep this process alive, to find those that a test leaves behind.
 *
 * ```ts
 * const handles = leakedHandles("TCPSocketWrap", "TCPServerWrap");
 * // … open and close links …
 * await handles.expectNone();
 * ```
 *
 * @param types the types to look at, as {@link activeResources}; all but timers if none is given, as test
 * runners and `expectNone` itself have timers of their own.
 */
export function leakedHandles(...types: readonly string[]): HandleLeaks {
  const relevant = (type: string): boolean =>
    types.length === 0 ? type !== "Timeout" && type !== "Immediate" : types.includes(type);
  const before = process.getActiveResourcesInfo().filter(relevant);
  const leaked = (): readonly string[] => {
    const known = [...before];
    return process.getActiveResourcesInfo().filter((type) => {
      if (!relevant(type)) return false;
      const index = known.indexOf(type);
      if (index >= 0) known.splice(index, 1);
      return index < 0;
    });
  };
  return {
    leaked,
    async expectNone(timeoutMs = 1000) {
      const deadlineMs = performance.now() + timeoutMs;
      while (leaked().length > 0) {
        if (performance.now() >= deadlineMs) {
          throw new Error(`still open after ${timeoutMs} ms: ${leaked().join(", ")}`);
        }
        await new Promise((resolve) => setTimeout(resolve, TURN_LIMIT_MS));
      }
    },
  };
}
