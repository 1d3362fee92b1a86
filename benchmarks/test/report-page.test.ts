import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { escapeMarkup, html } from "../report/page/html.js";
import { placeLabels } from "../report/page/labels.js";
import { renderPage } from "../report/page/page.js";
import { shortSummary, spread } from "../report/page/timeline-lines.js";
import { renderPicture } from "../report/picture.js";
import type { Results } from "../report/results.js";
import { fixtureFaults, fixtureSubjects, syntheticResults } from "./report-fixture.js";

const results = syntheticResults({ links: 12 });
const documentOf = (text: string) => parseHTML(text).document;
const textOf = (element: { textContent: string | null } | null) => element?.textContent ?? "";

describe("the page", () => {
  const source = renderPage(results);
  const page = documentOf(source);

  test("is one file: no script, nothing fetched", () => {
    expect(page.querySelectorAll("script,iframe,object,embed").length).toBe(0);
    const fetched = [...page.querySelectorAll("[src],link[href],image,use")].map(
      (element) => element.outerHTML,
    );
    expect(fetched).toEqual(['<link rel="icon" href="data:,">']);
    expect(source.match(/url\(|@import/g)).toBeNull();
  });

  test("every picture has a title and a description of its own", () => {
    const pictures = [...page.querySelectorAll("svg[role=img]")];
    expect(pictures.length).toBeGreaterThan(18);
    for (const picture of pictures) {
      const [title, description] = (picture.getAttribute("aria-labelledby") ?? "").split(" ");
      expect(textOf(picture.querySelector(`[id="${title}"]`)), picture.outerHTML.slice(0, 120)).not.toBe("");
      expect(textOf(picture.querySelector(`[id="${description}"]`)).length).toBeGreaterThan(20);
    }
    const ids = [...page.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids).toHaveLength(new Set(ids).size);
  });

  test("no coordinate is NaN or infinite", () => {
    expect(source).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("the matrix has every fault, every subject, and says missed where it was", () => {
    const matrix = page.querySelector("#matrix")?.parentElement;
    const rows = [...(matrix?.querySelectorAll("tbody tr") ?? [])];
    expect(rows).toHaveLength(fixtureFaults.filter(({ effect }) => effect.kind !== "harmless").length);
    const hang = rows.find((row) => textOf(row).includes("SIGSTOP"));
    expect(hang?.querySelectorAll("td")).toHaveLength(fixtureSubjects.length);
    expect(textOf(hang?.querySelector("td") ?? null)).toBe("missed0 of 12[never]");
  });

  test("every reason for what was not measured is in it", () => {
    for (const { why } of results.notMeasured)
      expect(textOf(page.querySelector(".not-measured"))).toContain(why);
  });

  test("what is outside its prediction is flagged", () => {
    expect(page.querySelectorAll(".flag").length).toBe(0);
    const late = results.trials.map((trial) =>
      trial.subject === "tcp" && trial.fault === "hang" ? { ...trial, latencyMs: 9000 } : trial,
    );
    const flags = documentOf(renderPage({ ...results, trials: late })).querySelectorAll(".flag");
    expect([...flags].map(textOf)).toEqual(["! 12"]);
  });

  test("names in the results cannot become markup", () => {
    const title = '<img src=x onerror="alert(1)">';
    const subjects = results.subjects!.map((subject) =>
      subject.name === "tcp" ? { ...subject, title } : subject,
    );
    const hostile = documentOf(renderPage({ ...results, subjects }));
    expect(hostile.querySelectorAll("img").length).toBe(0);
    expect(textOf(hostile.querySelector("#matrix")?.parentElement ?? null)).toContain(title);
  });

  test("a run that measured nothing still makes a page, which says so", () => {
    const empty: Results = {
      ...results,
      trials: [],
      wire: [],
      cost: [],
      defaults: undefined,
      timelines: undefined,
      notMeasured: [{ why: "the machine was on fire" }],
    };
    const text = textOf(documentOf(renderPage(empty)).querySelector("main"));
    expect(text).toContain("the machine was on fire");
    expect(text).toContain("no frames were captured in this run");
  });
});

test("the picture stands alone, in both colour schemes, with the quick subjects only", () => {
  const picture = renderPicture(results);
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(picture).toContain("prefers-color-scheme:dark");
  expect(picture).toContain("UDP beat");
  expect(picture).not.toContain("engine.io");
  expect(picture).not.toMatch(/NaN|href|<script/);
});

test("cost is drawn where figures stand side by side, and is a table where they stand alone", () => {
  const page = parseHTML(renderPage(syntheticResults({ links: 4 }))).document;
  const drawn = [...page.querySelectorAll("figure")].find((each) =>
    each.textContent?.includes("÷ bare listener"),
  );
  expect(drawn?.textContent).toContain("100,000 peers: at most 1.25 ×, ✗ missed");
  expect(drawn?.textContent).toContain("100 peers: at most 1.25 ×, ✓ kept");
  const row = [...page.querySelectorAll("tr")].find((each) =>
    each.textContent?.includes("Living peers called dead"),
  );
  expect([...(row?.children ?? [])].map(({ textContent }) => textContent)).toEqual([
    "Living peers called dead",
    "100,000",
    "0 ",
    "–",
    "1",
    "none at all, ✓ kept",
  ]);
});

describe("html", () => {
  test("escapes text, and only text", () => {
    expect(html`<p title="${'a"b'}">${"<b>"}${html`<i>${1}</i>`}${[html`x`, undefined, "&"]}</p>`.text).toBe(
      '<p title="a&#34;b">&#60;b&#62;<i>1</i>x&#38;</p>',
    );
    expect(escapeMarkup("it's")).toBe("it&#39;s");
  });
});

describe("labels", () => {
  const frame = { left: 0, right: 400, top: 0, bottom: 300 };

  test("of points in one place do not lie on each other", () => {
    const points = ["one", "two", "three", "four"].map((text) => ({ x: 200, y: 150, text }));
    const places = placeLabels(points, frame);
    expect(new Set(places.map(({ dx, dy }) => `${dx} ${dy}`)).size).toBe(4);
  });

  test("of a crowd lie on no point, named or not, nor on each other", () => {
    const points = Array.from({ length: 12 }, (_, index) => ({ x: 100 + 8 * index, y: 150, text: "a name" }));
    const others = Array.from({ length: 20 }, (_, index) => ({ x: 20 * index, y: 150 }));
    const boxes = placeLabels(points, frame, others).map(({ dx, dy, anchor }, index) => {
      const width = points[index]!.text.length * 7;
      const left = points[index]!.x + dx - { start: 0, middle: width / 2, end: width }[anchor];
      return { left, right: left + width, top: 150 + dy - 6, bottom: 150 + dy + 6 };
    });
    for (const [index, box] of boxes.entries()) {
      expect(box.top > 150 || box.bottom < 150).toBe(true);
      const covers = (other: typeof box) =>
        other.left < box.right && box.left < other.right && other.top < box.bottom && box.top < other.bottom;
      expect(boxes.filter((other, at) => at !== index && covers(other))).toEqual([]);
    }
  });

  test("stay within the frame", () => {
    const [place] = placeLabels([{ x: 390, y: 150, text: "at the right edge" }], frame);
    expect(place?.anchor).toBe("end");
  });

  test("along a line keep their distance and their order, and move no further than needed", () => {
    expect(spread([10, 50, 90], 10, [0, 100])).toEqual([10, 50, 90]);
    expect(spread([50, 51, 52], 10, [0, 100])).toEqual([50, 60, 70]);
    expect(spread([95, 96, 97], 10, [0, 100])).toEqual([80, 90, 100]);
  });
});

test.each([
  ["TCP 10.0.1.2:1 > 10.0.2.2:2 ACK seq 0 ack 0 len 0 (keepalive probe)", "probe"],
  ["TCP 10.0.1.2:1 > 10.0.2.2:2 PSH ACK seq 1 ack 0 len 6", "data"],
  ["TCP 10.0.1.2:1 > 10.0.2.2:2 RST ACK seq 1 ack 0 len 0", "RST ACK"],
  ["UDP 10.0.1.2:1 > 10.0.2.2:2 len 14", "UDP"],
  ["TCP 10.0.1.2:1 > 10.0.2.2:2 ACK seq 0 ack 1 len 0 (keepalive ack)", "ack"],
  ["EtherType 0x88cc", "EtherType 0x88cc"],
])("beside a timeline, %j is %j", (summary, short) => {
  expect(shortSummary(summary)).toBe(short);
});
