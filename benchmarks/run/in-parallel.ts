/**
 * Runs jobs, at most `limit` at a time, started in their order.
 *
 * @throws whatever the first failing job throws; the others under way go on, but no further one is started.
 */
export async function inParallel(limit: number, jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      try {
        await job();
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
