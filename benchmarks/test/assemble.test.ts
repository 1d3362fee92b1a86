import { expect, test } from "vitest";
import { assemble } from "../run/assemble.js";
import type { ComparisonPlan } from "../run/comparison.js";

const PLAN: ComparisonPlan = {
  stage: "loopback",
  subjects: [],
  faults: [],
  rounds: 2,
  timelines: [],
  trialsAtOnce: 1,
  wiresAtOnce: 1,
  cost: "all",
  links: 1,
  waitMs: 1000,
  wireWindowMs: 1000,
};

test("what was not measured in any of several rounds is said once, each contender's for itself", async () => {
  const why = "the broker has no event loop";
  const round = { notMeasured: [{ subject: "amqplib", fault: "hang", why }] };
  const other = { notMeasured: [{ subject: "mqtt", fault: "hang", why }] };
  const { notMeasured } = await assemble([round, other, round], PLAN, [], {});
  expect(notMeasured).toEqual([...round.notMeasured, ...other.notMeasured]);
});
