import { Inbox } from "./inbox.js";

/** The other end of a `HostProcess`: how a process in a host talks with the program that spawned it there. */
export interface LabChannel<Received, Sent extends object> {
  /** What was sent to this process. The loop over it ends when the lab is gone. */
  readonly messages: Inbox<Received>;
  /** Sends to the program that spawned this process; anything that `structuredClone` takes. */
  send(message: Sent): void;
}

/**
 * Opens the channel to the program that spawned this process in a host. The channel keeps this process alive.
 *
 * @throws Error if this process was not spawned by a lab
 */
export function openLabChannel<Received, Sent extends object>(): LabChannel<Received, Sent> {
  if (!process.connected) {
    throw new Error(`${process.argv[1]} has nobody to talk to: it must be started by a lab's spawn().`);
  }
  const messages = new Inbox<Received>();
  process.on("message", (message) => messages.push(message as Received));
  process.on("disconnect", () => messages.end(new Error("The lab is gone.")));
  return {
    messages,
    send(message) {
      // With a callback a lab that is gone is no 'error' event; 'disconnect' tells of it.
      process.send?.(message, undefined, undefined, () => {});
    },
  };
}
