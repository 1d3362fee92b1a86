import { type HostProcess, spawnInNamespace } from "../lab/host-process.js";
import { openLabChannel } from "../lab/host-side.js";

/** What a process can be asked to do, by name. Arguments and results must survive `structuredClone`. */
export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly why: string };

/** A process that answers calls. */
export interface Helper<C extends Calls> {
  readonly pid: number;
  /**
   * Asks it to do something, and waits until it has. One call at a time.
   *
   * @throws Error when the process failed to do it, or has ended
   */
  call<Name extends keyof C & string>(
    name: Name,
    ...args: Parameters<C[Name]>
  ): Promise<Awaited<ReturnType<C[Name]>>>;
  /** Ends the process. */
  stop(): Promise<void>;
}

/**
 * Starts a process that answers calls, in this network namespace.
 *
 * @param title what to call it in error messages
 * @param module a URL of the module to run, which calls {@link answerCalls}
 */
export async function startHelper<C extends Calls>(title: string, module: URL): Promise<Helper<C>> {
  const host = await spawnInNamespace<Answer, Call>(undefined, title, module.pathname, []);
  return {
    pid: host.pid,
    call: (name, ...args) => ask(host, { name, args }).then((answer) => resultOf(answer, name)),
    stop: () => host.stop(),
  };
}

function ask(host: HostProcess<Answer, Call>, call: Call): Promise<Answer> {
  host.send(call);
  return host.messages.receive();
}

/** Both ends are ours and share the type of the calls, so the answer has the type that was declared. */
function resultOf<Value>(answer: Answer, name: string): Awaited<Value> {
  if (answer.kind === "failed") throw new Error(`${name}: ${answer.why}`);
  return answer.value as Awaited<Value>;
}

/** The other end of {@link startHelper}: answers calls until the process that started this one is gone. */
export async function answerCalls(calls: Calls): Promise<void> {
  const channel = openLabChannel<Call, Answer>();
  for await (const { name, args } of channel.messages) {
    try {
      const value = await calls[name]?.(...(args as never[]));
      channel.send({ kind: "done", value });
    } catch (error) {
      channel.send({
        kind: "failed",
        why: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
  // Sockets and timers would keep an orphan alive.
  process.exit();
}
