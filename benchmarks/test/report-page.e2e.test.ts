// The page in a real browser, opened as a user would: as a file.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderPage } from "../report/page/page.js";
import { renderPicture } from "../report/picture.js";
import { type Results, readResults } from "../report/results.js";
import { syntheticResults } from "./report-fixture.js";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const absent = CHROMIUM === undefined ? " (skipped: no Chromium here; Debian's package is chromium)" : "";

interface Visit {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

const REFERENCE = fileURLToPath(new URL("../results/reference.json", import.meta.url));

/** One contender more than ever took part: a page has to bear with the next. */
function withOneMore(results: Results): Results {
  const [like] = results.subjects!.filter(({ kind }) => kind === "rival");
  const more = { ...like!, name: "one-more", title: "nats.js heartbeat" };
  const named = <Row extends { readonly subject?: string | undefined }>(rows: readonly Row[]) => [
    ...rows,
    ...rows.filter(({ subject }) => subject === like!.name).map((row) => ({ ...row, subject: more.name })),
  ];
  const subjects = { ...results.settings.subjects, [more.name]: "heartbeat 1 s" };
  return {
    ...results,
    settings: { ...results.settings, subjects },
    subjects: [...results.subjects!, more],
    trials: named(results.trials),
    wire: named(results.wire),
  };
}

/** Runs in the page: texts of pictures that stick out of them. */
const CUT_TEXTS = `
  [...document.querySelectorAll("svg[role=img]")].filter((svg) => svg.checkVisibility()).flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")]
      .filter((text) => { const box = text.getBoundingClientRect(); return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1); })
      .map((text) => svg.getAttribute("aria-labelledby") + ": " + text.textContent);
  })`;

/** Runs in the page: unfolds everything, as a reader on a phone would. */
const UNFOLD = `document.querySelectorAll("details.fold").forEach((details) => { details.open = true; })`;

describe.skipIf(CHROMIUM === undefined)(`in Chromium${absent}`, () => {
  // Not made where all of this is skipped: nobody would remove it.
  const folder = CHROMIUM === undefined ? tmpdir() : mkdtempSync(join(tmpdir(), "heartwire-page-"));
  const files = {
    page: join(folder, "page.html"),
    reference: join(folder, "reference.html"),
    picture: join(folder, "picture.svg"),
  };
  let browser: Browser;

  beforeAll(async () => {
    const results = syntheticResults({ links: 20 });
    writeFileSync(files.page, renderPage(results));
    writeFileSync(files.reference, renderPage(withOneMore(readResults(REFERENCE))));
    writeFileSync(files.picture, renderPicture(results));
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: ["--no-sandbox", "--headless", "--disable-gpu"],
    });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function visit(width: number, colorScheme: "light" | "dark", file = files.page): Promise<Visit> {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, complaints, requests };
  }

  test.each([
    [390, "light"],
    [390, "dark"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)("at %i px, %s: quiet, alone, within its width, every picture drawn", async (width, scheme) => {
    const { page, complaints, requests } = await visit(width, scheme);
    await page.evaluate(UNFOLD);
    const seen = await page.evaluate<{ width: number; sizes: [string, number, number][] }>(`({
      width: document.documentElement.scrollWidth,
      sizes: [...document.querySelectorAll("svg")]
        .filter((svg) => svg.closest(".wide, .narrow")?.checkVisibility() ?? true)
        .map((svg) => [svg.getAttribute("aria-labelledby"), svg.getBoundingClientRect().width, svg.getBoundingClientRect().height]),
    })`);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([pathToFileURL(files.page).href]);
    expect(seen.width).toBe(width);
    expect(seen.sizes.length).toBeGreaterThan(20);
    expect(seen.sizes.filter(([, across, down]) => across === 0 || down === 0 || across > width)).toEqual([]);
    await page.context().close();
  });

  test("dark is dark and light is light, and text stands out from both", async () => {
    const luminances: number[] = [];
    for (const scheme of ["light", "dark"] as const) {
      const { page } = await visit(1280, scheme);
      const [background, ...inks] = await page.evaluate<string[]>(`
        [getComputedStyle(document.body).backgroundColor,
         ...["body", ".lead", ".missed-cell b", "small", ".bad", ".good", "svg text"]
           .map((selector) => getComputedStyle(document.querySelector(selector)).color)]`);
      luminances.push(luminance(background!));
      for (const ink of inks)
        expect(contrast(ink, background!), `${ink} on ${background}`).toBeGreaterThan(4.5);
      await page.context().close();
    }
    expect(luminances[0]).toBeGreaterThan(0.8);
    expect(luminances[1]).toBeLessThan(0.05);
  });

  test("who is chosen in the legend stands out in every picture, without a script", async () => {
    const { page } = await visit(1280, "light");
    const opacity = (subject: number) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector("svg g.subject-${subject}")).opacity`);
    expect([await opacity(0), await opacity(2)]).toEqual(["1", "1"]);
    await page.getByRole("radio", { name: "TCP heartbeat" }).check({ force: true });
    expect([await opacity(0), await opacity(2)]).toEqual(["0.1", "1"]);
    await page.context().close();
  });

  test.each([
    ["page", 390],
    ["page", 1280],
    ["reference", 390],
    ["reference", 1280],
  ] as const)("no picture's text is cut off at its edges: %s, at %i px", async (file, width) => {
    const { page } = await visit(width, "light", files[file]);
    await page.evaluate(UNFOLD);
    expect(await page.evaluate<string[]>(CUT_TEXTS)).toEqual([]);
    await page.context().close();
  });

  test("on a phone, no text of the pictures that have a narrow variant is smaller than 11 px", async () => {
    const { page } = await visit(390, "light", files.reference);
    const sizes = await page.evaluate<[string, number][]>(`
      [...document.querySelectorAll("div.narrow svg[role=img]")].map((svg) => [
        svg.getAttribute("aria-labelledby"),
        parseFloat(getComputedStyle(svg.querySelector("text")).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width,
      ])`);
    expect(sizes).toHaveLength(3);
    for (const [id, px] of sizes) expect(px, id).toBeGreaterThanOrEqual(11);
    await page.context().close();
  });

  test("on a phone long tables are folded; where there is room, nothing is", async () => {
    const heights: number[] = [];
    for (const width of [390, 1280]) {
      const { page } = await visit(width, "light", files.reference);
      const visible = await page.evaluate<boolean>(
        `document.querySelector("#living-peers").checkVisibility({ contentVisibilityAuto: true })`,
      );
      expect(visible).toBe(width === 1280);
      expect(
        await page.evaluate<boolean>(`document.querySelector(".fold > summary").checkVisibility()`),
      ).toBe(width === 390);
      heights.push(await page.evaluate<number>("document.documentElement.scrollHeight"));
      await page.evaluate(UNFOLD);
      const table = await page.evaluate<number>(`document.querySelector("#living-peers").scrollHeight`);
      expect(table).toBeLessThan(2600);
      await page.context().close();
    }
    expect(heights[0]).toBeLessThan(18_000);
  });

  test("at 1280 px the matrices show every column, of one contender more than there are", async () => {
    const { page } = await visit(1280, "light", files.reference);
    const cut = await page.evaluate<[string, number][]>(`
      [...document.querySelectorAll(".bleed")]
        .map((box) => [box.getAttribute("aria-label"), box.scrollWidth - box.clientWidth])
        .filter(([, hidden]) => hidden > 0)`);
    expect(cut).toEqual([]);
    await page.context().close();
  });

  test("the legend stays above what it highlights, and leaves before what it does not", async () => {
    const { page } = await visit(1280, "light", files.reference);
    const over = (id: string) =>
      page.evaluate<boolean>(`(() => {
        document.getElementById("${id}").closest("section").scrollIntoView();
        return document.querySelector(".legend").getBoundingClientRect().bottom > 0;
      })()`);
    expect([await over("frontier"), await over("defaults"), await over("method")]).toEqual([
      true,
      true,
      false,
    ]);
    await page.context().close();
  });

  test.each(["light", "dark"] as const)("the README's picture follows %s", async (scheme) => {
    const { page, complaints } = await visit(1000, scheme, files.picture);
    const fill = await page.evaluate<string>(`getComputedStyle(document.querySelector("rect")).fill`);
    expect(luminance(fill) > 0.5).toBe(scheme === "light");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

/** Relative luminance after WCAG 2. */
function luminance(color: string): number {
  const [red, green, blue] = (color.match(/[\d.]+/g) ?? []).map((text) => {
    const share = Number(text) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright! + 0.05) / (dim! + 0.05);
}
