import type { CloseReason, Peer, PeerSource, PeerSourceListener, Transport } from "@heartwire/core";
import type { MarbleTransport } from "./marble-transport.js";
import type { Marbles } from "./marbles.js";

/** What a server does, as marbles: each marble is a call of the listener. */
export type ServerStep = (listener: PeerSourceListener<string>) => void;

/** A server whose peers come, and which ends, by a script of marbles. */
export class MarbleServer implements PeerSource<string> {
  readonly name = "marble";
  readonly peers = new Map<string, MarbleTransport>();
  listening = 0;

  constructor(
    readonly marbles: Marbles,
    readonly script: string,
    readonly steps: Readonly<Record<string, ServerStep>>,
  ) {}

  listen(listener: PeerSourceListener<string>) {
    this.listening += 1;
    const script = this.marbles.cold(this.script, this.steps).subscribe((step) => step(listener));
    return {
      close: () => {
        this.listening -= 1;
        script.unsubscribe();
      },
    };
  }

  /** A peer comes, and plays these marbles. */
  comes(name: string, script: string, reason?: CloseReason, address = name): ServerStep {
    return (listener) => {
      const transport = this.marbles.transport(script, reason);
      this.peers.set(name, transport);
      listener.peer({ address, handle: name, transport });
    };
  }
}

/** All of a transport but the link. */
export const silent: Omit<Transport, "open"> = {
  name: "silent",
  proves: "process",
  wire: { probe: { out: [], in: [] }, beat: { out: [], in: [] }, loss: "drops" },
};

/** A peer that is never heard; `close` is called when its link is closed. */
export function silentPeer(handle: number, close: () => void): Peer<number> {
  return {
    address: String(handle),
    handle,
    transport: { ...silent, open: () => ({ send: () => {}, close }) },
  };
}
