import { existsSync } from "node:fs";
import { type CostReport, readCostReport } from "../cost/row.js";
import type { CostRow, Results } from "../report/results.js";

/** The same results with the figures of a cost report, if `path` is given and there is one. */
export function withCost(results: Results, path: string | undefined): Results {
  if (path === undefined || !existsSync(path)) {
    const why = "CPU and memory per heartbeat: not part of this run (npm run bench -- --cost)";
    return { ...results, notMeasured: [...results.notMeasured, { why }] };
  }
  const report = readCostReport(path);
  return {
    ...results,
    cost: report.rows.map(asRow),
    notMeasured: [
      ...results.notMeasured,
      ...report.notMeasured.map(({ name, why }) => ({ why: `${name}: ${why}` })),
    ],
  };
}

function asRow(row: CostReport["rows"][number]): CostRow {
  const { title, subject, peers, value, unit, bar, met, n, spread } = row;
  return {
    name: title,
    ...(subject !== undefined && { subject }),
    peers,
    value,
    unit,
    ...(bar !== null && { bar }),
    ...(met !== null && { met }),
    n,
    ...(spread !== null && { spread }),
  };
}
