import type { Socket } from "node:net";
import { type KeepaliveSettings, TCP_SEGMENT_OCTETS, type Transport, type WireCost } from "@heartwire/core";
import { applyKeepalive } from "./apply-keepalive.js";
import type { KeepaliveInForce } from "./kernel-evidence.js";
import type { KeepaliveReport } from "./report.js";
import { requireFunction } from "./require.js";

/** A transport whose heartbeats are the kernel's. */
export interface KeepaliveTransport extends Transport {
  readonly name: "tcp-keepalive";
  readonly proves: "connection";
  /** What became of the settings on the newest link that opened; `undefined` before the first. */
  readonly report: KeepaliveReport | undefined;
}

/** Hears what became of the settings on each socket, just before its link opens. */
export type ReportListener = (report: KeepaliveReport, socket: Socket) => void;

/**
 * One kernel probe and the peer's acknowledgement, both bare segments: Linux sends no data octet in a probe.
 * Beats do not exist here.
 */
export const KEEPALIVE_WIRE: WireCost = {
  probe: { out: [TCP_SEGMENT_OCTETS], in: [TCP_SEGMENT_OCTETS] },
  beat: { out: [], in: [] },
  loss: "delays",
};

/** Sets keepalive on the sockets of one transport, and remembers the newest report. */
export class KeepaliveSetter {
  readonly #settings: KeepaliveSettings;
  readonly #onReport: ReportListener | undefined;
  #report: KeepaliveReport | undefined;

  /** @throws TypeError when `onReport` is no function. */
  constructor(settings: KeepaliveSettings, onReport: ReportListener | undefined) {
    requireFunction("onReport", onReport);
    this.#settings = Object.freeze({ ...settings });
    this.#onReport = onReport;
  }

  get report(): KeepaliveReport | undefined {
    return this.#report;
  }

  /** Returns what the kernel holds now; where that cannot be read, what was asked for. */
  apply(socket: Socket): KeepaliveInForce {
    const report = applyKeepalive(socket, this.#settings);
    this.#report = report;
    this.#onReport?.(report, socket);
    return {
      idleMs: report.idleMs.effective ?? this.#settings.idleMs,
      intervalMs: report.intervalMs.effective ?? this.#settings.intervalMs,
      // Whatever cannot read it cannot set it either.
      userTimeoutMs: report.userTimeoutMs.effective ?? 0,
    };
  }
}
