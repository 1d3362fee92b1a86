import { type Heartbeat, type Link, type LinkListener, streamCost, type Transport } from "@heartwire/core";
import type { SchedulerLike } from "rxjs";

/** Two ends of one path in memory; each can be opened once, like a transport around an existing socket. */
export interface FacingTransports {
  readonly near: Transport;
  readonly far: Transport;
  /** From now on everything is lost, both ways. */
  cut(): void;
}

/** A path that delivers after `delayMs` of the scheduler's time and never tells of an end, like UDP. */
export function facingTransports(scheduler: SchedulerLike, delayMs: number): FacingTransports {
  const path = { cut: false };
  const near = new End("near", scheduler, delayMs, path);
  const far = new End("far", scheduler, delayMs, path);
  near.other = far;
  far.other = near;
  return {
    near,
    far,
    cut: () => {
      path.cut = true;
    },
  };
}

class End implements Transport {
  readonly proves = "process";
  readonly wire = streamCost({ probeOut: 6, echoIn: 6, beatOut: 10 });
  other: End | undefined;
  #listener: LinkListener | undefined;
  #opens = 0;

  constructor(
    readonly name: string,
    readonly scheduler: SchedulerLike,
    readonly delayMs: number,
    readonly path: { readonly cut: boolean },
  ) {}

  open(listener: LinkListener): Link {
    this.#opens += 1;
    if (this.#opens > 1) throw new Error(`${this.name} is open already`);
    this.#listener = listener;
    this.scheduler.schedule(() => this.#listener?.opened());
    return {
      send: (heartbeat) => {
        if (this.#listener === undefined) return;
        this.scheduler.schedule(() => {
          if (!this.path.cut) this.other?.deliver(heartbeat);
        }, this.delayMs);
      },
      close: () => {
        this.#listener = undefined;
      },
    };
  }

  deliver(heartbeat: Heartbeat): void {
    this.#listener?.received(heartbeat);
  }
}
