import type { Agent } from "node:http";
import type { SocketEnforcer } from "./socket-enforcer.js";

/** The two methods that an `http.Agent` calls when it makes a socket, and when it puts one back for reuse. */
interface AgentMethods {
  createConnection(...options: unknown[]): unknown;
  keepSocketAlive(socket: unknown): unknown;
}

/**
 * Enforces on the sockets that an agent has, and on those it makes. The agent's `keepSocketAlive` calls
 * `setKeepAlive(true, keepAliveMsecs)` each time a socket is put back, and so overwrites the settings: they are
 * applied again at once, in the same turn.
 */
export function enforceOnAgent(agent: Agent, enforcer: SocketEnforcer): void {
  const methods = agent as unknown as AgentMethods;
  const calling =
    (callback: (...outcome: unknown[]) => unknown) =>
    (...outcome: unknown[]) => {
      enforcer.take(outcome[1]);
      return callback(...outcome);
    };
  enforcer.atEnd(
    override(methods, "createConnection", (original) => (...options) => {
      // An agent hands over its socket in one of two ways: it calls back with it, or returns it.
      const watched = options.map((option) => (isFunction(option) ? calling(option) : option));
      const socket = original.apply(agent, watched);
      enforcer.take(socket);
      return socket;
    }),
  );
  enforcer.atEnd(
    override(methods, "keepSocketAlive", (original) => (socket) => {
      const keep = original.call(agent, socket);
      enforcer.take(socket);
      return keep;
    }),
  );
  for (const pool of [agent.sockets, agent.freeSockets]) {
    for (const socket of Object.values(pool).flat()) enforcer.take(socket);
  }
}

function isFunction(value: unknown): value is (...outcome: unknown[]) => unknown {
  return typeof value === "function";
}

/** What stands in for a method of an agent. */
interface Override {
  readonly original: unknown;
  /** Whether the original is the object's own, or its prototype's. */
  readonly own: boolean;
  inUse: boolean;
}

/** By the function that stands in. */
const overrides = new WeakMap<object, Override>();

/**
 * Overrides a method of one object. Returns how to undo that, which leaves alone what others overrode since. Several of
 * ours on one object may be undone in any order: one that another of ours stands upon goes when that one does.
 */
function override<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  make: (original: Target[Name]) => Target[Name] & object,
): () => void {
  const original = target[name];
  const replacement = make(original);
  const entry: Override = { original, own: Object.hasOwn(target, name), inUse: true };
  overrides.set(replacement, entry);
  target[name] = replacement;
  return () => {
    entry.inUse = false;
    for (;;) {
      const top = overrides.get(target[name] as object);
      if (top === undefined || top.inUse) return;
      if (top.own) target[name] = top.original as Target[Name];
      else delete (target as Partial<Target>)[name];
    }
  };
}
