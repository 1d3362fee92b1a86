import { type AdaptiveOptions, adaptiveSettings } from "./adaptive-options.js";
import { AdaptivePolicy, type ArrivalEstimator } from "./adaptive-policy.js";
import { requireNumber } from "./checks.js";
import { JITTER_MEAN } from "./pacing.js";
import type { PolicyFactory } from "./policy.js";

/** Options of {@link jacobson}. */
export interface JacobsonOptions extends AdaptiveOptions {
  /**
   * Dead at the smoothed gap and so many mean deviations, 0 to 1000; default 12: three times what TCP takes,
   * for death is not as cheap as a retransmission.
   */
  readonly deadDeviations?: number;
  /**
   * Suspect at so many, 0 to `deadDeviations`; default TCP's own 4, for a confirming probe is what a
   * retransmission is to TCP; but no more than `deadDeviations`.
   */
  readonly suspectDeviations?: number;
}

/** How much of a new gap enters the smoothed gap (RFC 6298, section 2: alpha). */
const GAP_GAIN = 1 / 8;
/** How much of a new deviation enters the mean deviation (RFC 6298, section 2: beta). */
const DEVIATION_GAIN = 1 / 4;

/**
 * TCP's retransmission timer, held against the gaps between heartbeats: dead at the smoothed gap and
 * `deadDeviations` mean deviations. It forgets fastest of all policies, and needs no window: two numbers a
 * link.
 *
 * **Formula** (Jacobson, Congestion Avoidance and Control, SIGCOMM 1988, appendix A; RFC 6298, section 2),
 * for a gap g: deviation ← ¾·deviation + ¼·|gap - g|, then gap ← ⅞·gap + ⅛·g; the first g makes gap = g and
 * deviation = g/2. Silence of gap + K·deviation is the threshold. Bertier, Marin, Sens (Implementation and
 * Performance Evaluation of an Adaptable Failure Detector, DSN 2002) put the same margin upon Chen's expected
 * arrival; here it stands on its own, as in TCP, where it is best documented.
 *
 * **As a duration:** gap + K·deviation is one, within the bounds of {@link AdaptiveOptions}.
 *
 * **Approximation error:** the mean deviation of normal gaps is 0.80 σ, so K = 4 is 3.2 σ, which one gap in
 * 1400 exceeds. But averaged over so few gaps the deviation is often too small, and no mistake rate is
 * promised: of independent normal gaps one in 155 is beyond K = 4, and fewer than one in 100 000 beyond K =
 * 12 (measured, in test/adaptive-mistakes.test.ts).
 *
 * **Worst-case detection:** `maxDetectionMs`, half a round trip and the timer's slack.
 *
 * @throws RangeError when an option cannot work, with its name and value.
 */
export function jacobson(options: JacobsonOptions): PolicyFactory {
  const settings = adaptiveSettings(options);
  const { deadDeviations = 12 } = options;
  requireNumber("deadDeviations", deadDeviations, 0, 1000);
  const { suspectDeviations = Math.min(4, deadDeviations) } = options;
  requireNumber("suspectDeviations", suspectDeviations, 0, deadDeviations);
  const levels = { suspect: suspectDeviations, dead: deadDeviations };
  return () => new AdaptivePolicy("jacobson", settings, levels, new SmoothedGap());
}

/** Its centre is the smoothed gap, its spread the mean deviation. */
class SmoothedGap implements ArrivalEstimator {
  centreMs = Number.NaN;
  spreadMs = Number.NaN;
  #empty = true;

  begin(expectedMs: number): void {
    this.centreMs = JITTER_MEAN * expectedMs;
    this.spreadMs = this.centreMs / 2;
    this.#empty = true;
  }

  learn(gapMs: number): void {
    if (this.#empty) {
      this.#empty = false;
      this.centreMs = gapMs;
      this.spreadMs = gapMs / 2;
      return;
    }
    this.spreadMs += DEVIATION_GAIN * (Math.abs(this.centreMs - gapMs) - this.spreadMs);
    this.centreMs += GAP_GAIN * (gapMs - this.centreMs);
  }
}
