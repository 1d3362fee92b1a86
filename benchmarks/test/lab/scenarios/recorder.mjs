// Recordings for the quality of service, made inside the lab.
import { createLab } from "../../../dist/lab/index.js";
import { RECORDINGS, record } from "../../../dist/qos/recorder.js";

const stage = { kind: "namespaces", openLab: createLab, notHere: undefined };

export const recorderScenarios = {
  /** One of the recorded paths, for a while. */
  async record(name, durationMs) {
    const plan = RECORDINGS.find((each) => each.name === name);
    return record(stage, plan, Number(durationMs));
  },
};
