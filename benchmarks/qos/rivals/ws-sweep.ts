import type { JudgeFactory } from "../judge.js";
import { PollingJudge } from "./polling-judge.js";

/**
 * The server of the README of `ws`: `setInterval` looks at a flag that each pong sets, ends whose flag is down, and
 * takes the others' flags down. Detection takes between one and two sweeps; 30 s each there.
 */
export function wsSweep({ sweepMs }: { readonly sweepMs: number }): JudgeFactory {
  return (startMs) => {
    let heard = false;
    return new PollingJudge(startMs, sweepMs, {
      heard() {
        heard = true;
      },
      suspects() {
        const silent = !heard;
        heard = false;
        return silent;
      },
    });
  };
}
