import { answerOnly, type LivenessEvent, type PeerSource, type Transport } from "@heartwire/core";
import type { Observable } from "rxjs";
import { type MonitorOptions, monitor } from "./monitor.js";
import { type MonitorPeersOptions, monitorPeers, type PeerLiveness } from "./monitor-peers.js";

/** Options of {@link respond}. */
export interface RespondOptions
  extends Pick<MonitorPeersOptions, "payload" | "minReceiveMs" | "scheduler" | "random"> {
  /** Also beat by ourselves this often, or as rarely as the peer asks; 1 to 2^32 - 1. Absent: only answer probes. */
  readonly beatIntervalMs?: number;
  /**
   * The application's own health check, asked before every answer and beat. While it is false nothing is
   * sent, and the peer finds us dead: silence is the one answer that every monitor understands.
   */
  readonly health?: () => boolean;
}

/**
 * The answering end: echoes the peer's probes, and beats if asked to, for as long as it is subscribed. The
 * stream tells `alive` when the peer is first heard and `dead` or `left` when the link is gone; silence alone
 * is never judged here.
 *
 * @throws RangeError when `beatIntervalMs` cannot work.
 */
export function respond(transport: Transport, options: RespondOptions = {}): Observable<LivenessEvent> {
  return monitor(transport, answerOnly(options), asMonitorOptions(options));
}

/**
 * The answering end of a server: {@link respond} for everyone who comes.
 *
 * @throws RangeError when `beatIntervalMs` cannot work.
 */
export function respondPeers<Handle>(
  source: PeerSource<Handle>,
  options: RespondOptions & Pick<MonitorPeersOptions, "onRejected"> = {},
): Observable<PeerLiveness<Handle, LivenessEvent>> {
  const { onRejected } = options;
  return monitorPeers(source, answerOnly(options), {
    ...asMonitorOptions(options),
    groupSilence: "off",
    ...(onRejected && { onRejected }),
  });
}

function asMonitorOptions({
  health,
  payload,
  minReceiveMs,
  scheduler,
  random,
}: RespondOptions): MonitorOptions {
  return {
    samples: false,
    ...(health && { health }),
    ...(payload && { payload }),
    ...(minReceiveMs !== undefined && { minReceiveMs }),
    ...(scheduler && { scheduler }),
    ...(random && { random }),
  };
}
