import { stripVTControlCharacters } from "node:util";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { answer } from "../report/answer.js";
import {
  calledText,
  expectedText,
  flagText,
  isNotable,
  livingPeers,
  rateText,
} from "../report/living-peers.js";
import { renderMarkdown } from "../report/markdown.js";
import { headlines } from "../report/page/headlines.js";
import { renderPage } from "../report/page/page.js";
import type { Results } from "../report/results.js";
import { binomialInterval } from "../report/significance.js";
import { detectionTable, livingPeersTable } from "../report/tables.js";
import { syntheticResults } from "./report-fixture.js";

const base = syntheticResults({ links: 10 });

/** One subject and fault alone, with so many of its ten links called dead, and so many expected. */
function run(called: number, share: { least: number; most: number } | null | undefined): Results {
  const trials = base.trials
    .filter(({ subject, fault }) => subject === "tcp" && fault === "loss-20")
    .map((trial, link) => ({
      ...trial,
      detected: link < called,
      latencyMs: link < called ? 1000 : null,
      cause: link < called ? "silence" : null,
    }));
  const row = { subject: "tcp", fault: "loss-20", share: share ?? null, why: "loss becomes delay" };
  return { ...base, trials, expectedMistakes: share === undefined ? undefined : [row] };
}

const only = (results: Results) => livingPeers(results)[0]!;
const half = { least: 0.5, most: 0.5 };

describe("exact intervals of counts", () => {
  test.each([
    [10, 0, 0, [0, 0]],
    [10, 1, 1, [10, 10]],
    [10, 0.5, 0.5, [2, 8]],
    [20, 0.3, 0.3, [2, 10]],
    [10, 0.03, 0.03, [0, 2]],
    [10, 0, 1, [0, 10]],
  ])("%d links, from %f to %f: %j", (n, least, most, [from, to]) => {
    expect(binomialInterval(n, least, most)).toEqual({ from, to });
  });

  test("hold 95 % or more of all counts", () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    for (const p of [0.01, 0.2, 0.37, 0.9]) {
      const { from, to } = binomialInterval(17, p, p);
      let inside = 0;
      for (let k = from; k <= to; k++) inside += choose(17, k) * p ** k * (1 - p) ** (17 - k);
      expect(inside).toBeGreaterThanOrEqual(0.95);
    }
  });
});

test.each([
  ["as expected", run(5, half), "as-expected", "", "5.0 (2–8)"],
  ["more than expected", run(9, half), "outside", "! outside", "5.0 (2–8)"],
  ["fewer than expected", run(1, half), "outside", "! outside", "5.0 (2–8)"],
  ["none, where none should be", run(0, { least: 0, most: 0 }), "as-expected", "", "0.0 (0–0)"],
  ["one, where none should be", run(1, { least: 0, most: 0 }), "outside", "! outside", "0.0 (0–0)"],
  ["within an open formula", run(3, { least: 0.4, most: 1 }), "as-expected", "", "4.0 to 10.0 (1–10)"],
  [
    "where any count would be within",
    run(3, { least: 0.05, most: 1 }),
    "not-decided",
    "",
    "not decided: 0.5 to 10.0 (0–10)",
  ],
  ["some, and nobody predicted any", run(2, null), "not-predicted", "! unexplained", "–"],
  ["none, and nobody predicted any", run(0, null), "not-predicted", "", "–"],
  ["some, in a run older than predictions", run(2, undefined), "older-run", "", "–"],
])("%s", (_what, results, kind, flag, text) => {
  const peers = only(results);
  expect(peers.expected.kind).toBe(kind);
  expect(flagText(peers)).toBe(flag);
  expect(expectedText(peers)).toBe(text);
});

test("a cell that the run forgot to predict is unexplained", () => {
  expect(flagText(only({ ...run(2, half), expectedMistakes: [] }))).toBe("! unexplained");
});

test("a line is for what happened, or should have", () => {
  expect(isNotable(only(run(0, { least: 0, most: 0 })))).toBe(false);
  expect(isNotable(only(run(0, { least: 0.1, most: 0.1 })))).toBe(false);
  expect(isNotable(only(run(0, half)))).toBe(true);
  expect(isNotable(only(run(5, half)))).toBe(true);
  expect(isNotable(only(run(2, null)))).toBe(true);
});

describe("mistakes of the other end", () => {
  const hungUp = (count: number): Results => {
    const results = run(5, half);
    const trials = results.trials.map((trial) => ({
      ...trial,
      verdictBy: trial.detected && trial.trial < count ? ("other-end" as const) : ("monitor" as const),
    }));
    return { ...results, trials };
  };

  test("are counted among all, and apart", () => {
    expect(only(hungUp(2))).toMatchObject({ called: 5, byOtherEnd: 2 });
    expect(calledText(only(hungUp(2)))).toBe("5 of 10, 2 of them by the other end");
    expect(calledText(only(hungUp(5)))).toBe("5 of 10, all by the other end");
    expect(calledText(only(hungUp(0)))).toBe("5 of 10");
    expect(only(run(5, half)).byOtherEnd).toBe(0);
  });

  test("are told in the answer, in Markdown, in the terminal, in the headline and in the page's matrix", () => {
    const results = hungUp(2);
    expect(answer(results).join(" ")).toContain(
      'called dead: at "20 % random loss" by TCP heartbeat (3 of 10). ' +
        'The other end hung up, as it did not hear us: at "20 % random loss" on TCP heartbeat (2 of 10).',
    );
    expect(answer(hungUp(5)).join(" ")).toContain("none was called dead by who watched it. The other end");
    expect(renderMarkdown(results)).toContain("5 of 10, 2 of them by the other end");
    expect(stripVTControlCharacters(detectionTable(hungUp(5)))).toContain("peer hung up");
    expect(headlines(results).map(({ figure }) => figure)).toContain("5 / 10 (2 by the other end)");
    expect(renderPage(results)).toContain("<small>2 by the other end</small>");
    expect(renderPage(hungUp(0))).not.toContain("by the other end");
  });
});

describe("rates are those of one fault", () => {
  const hours = (called: number, peerHours: number | undefined) => rateText({ called, peerHours });

  test("per hour watched, or the bound of 95 % where none was seen", () => {
    expect([hours(9, 0.068), hours(0, 0.02), hours(3, undefined)]).toEqual([
      "130 an hour",
      "< 150 an hour",
      undefined,
    ]);
  });

  test("another fault's calm hours do not thin them", () => {
    const loss = livingPeers(base).find(
      ({ subject, fault }) => subject.name === "ws-readme" && fault.name === "loss-20",
    )!;
    expect(loss.called).toBeGreaterThan(0);
    expect(rateText(loss)).toBe(`${Number((loss.called / (10 * (30 / 3600))).toPrecision(2))} an hour`);
    const calm = { ...base, trials: base.trials.filter(({ fault }) => fault === "loss-20") };
    const [first] = headlines(calm).filter(({ words }) => words.startsWith("living peers"));
    expect(first?.words).toContain('at "20 % random loss". TCP keepalive: 0 / 10. Rivals: ');
    expect(headlines(base).find(({ words }) => words.startsWith("living peers"))?.words).toContain(
      "Our heartbeats in all other conditions: 0 / 250",
    );
  });
});

describe("shown", () => {
  const outside = run(9, half);
  const textOf = (results: Results, selector: string) =>
    parseHTML(renderPage(results)).document.querySelector(selector)?.textContent ?? "";

  test("in the terminal, within 100 columns, flagged in both tables", () => {
    const table = stripVTControlCharacters(livingPeersTable(outside));
    expect(table).toMatch(/TCP heartbeat.*9 of 10.*5\.0/);
    expect(table).toContain("! outside");
    expect(stripVTControlCharacters(livingPeersTable(run(2, null)))).toContain("! unexplained");
    for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(stripVTControlCharacters(detectionTable(outside))).toContain("9/10 !");
    expect(stripVTControlCharacters(detectionTable(run(5, half)))).not.toContain("!");
  });

  test("in Markdown", () => {
    expect(renderMarkdown(outside)).toContain(
      "| TCP heartbeat | 20 % random loss | 9 of 10 ! outside | 5.0 (2–8) | loss becomes delay |",
    );
    expect(renderMarkdown(outside)).toContain("9 of 10 (!)");
    expect(renderMarkdown(run(0, { least: 0, most: 0 }))).toContain("None was called dead");
    expect(renderMarkdown(run(2, undefined))).toContain("Not predicted in this run");
  });

  test("on the page", () => {
    expect(textOf(outside, "#living-peers")).toContain("9 of 10 ! outside5.0 (2–8)loss becomes delay");
    expect(textOf(outside, ".matrix .flag")).toBe("!");
    expect(textOf(run(5, half), ".flag")).toBe("");
    expect(textOf(run(2, undefined), "main")).toContain("Not predicted in this run");
  });

  test("in the answer, only when it needs an explanation", () => {
    expect(answer(outside).join("\n")).toContain("tcp at loss-20 (9 of 10 called dead)");
    expect(answer(run(5, half)).join("\n")).not.toContain("Outside the prediction");
  });
});

test("cost rows of several contenders say whose they are, in Markdown and on the page", () => {
  const name = "CPU of the whole machine, both ends, per check, 200 peers";
  const markdown = renderMarkdown(base);
  const figure = [...parseHTML(renderPage(base)).document.querySelectorAll("figure")].find((each) =>
    each.textContent?.includes(name),
  );
  for (const whose of ["TCP keepalive", "UDP beat", "TCP heartbeat"]) {
    expect(markdown).toContain(`| ${name} | ${whose} |`);
    expect(figure?.textContent).toContain(whose);
  }
});
