import { describe, expect, it } from "vitest";
import {
  fixedTimeout,
  type GroupSilenceEvent,
  type GroupSilenceOptions,
  monitorPeers,
} from "../src/index.js";
import { MarbleServer, type ServerStep } from "./support/marble-server.js";
import { marbles } from "./support/marbles.js";

/** Suspect after 150, dead after 300 of silence: a confirming phase is 150. */
const POLICY = fixedTimeout({ intervalMs: 100 });

/** What is heard of peers, each with its marbles, that all come at once; `10 a alive`, and what the group tells. */
function story(peers: Readonly<Record<string, string>>, group?: GroupSilenceOptions) {
  const lines: string[] = [];
  const told: GroupSilenceEvent[] = [];
  marbles((helpers) => {
    const steps: Record<string, ServerStep> = {};
    const server = new MarbleServer(helpers, `(${Object.keys(peers).join("")})`, steps);
    for (const [name, script] of Object.entries(peers)) steps[name] = server.comes(name, script);
    const options = group && {
      groupSilence: { onEvent: (event: GroupSilenceEvent) => told.push(event), ...group },
    };
    const subscription = monitorPeers(server, POLICY, { ...helpers.virtual, ...options }).subscribe({
      next: ({ peer, event }) => lines.push(`${helpers.scheduler.now()} ${peer.handle} ${event.type}`),
    });
    helpers.scheduler.schedule(() => subscription.unsubscribe(), 3000);
  });
  const when = (what: string) =>
    lines.filter((line) => line.endsWith(what)).map((line) => Number(line.split(" ")[0]));
  return { lines, told, when };
}

const NAMES = ["a", "b", "c", "d", "e", "f"];
const all = (script: string) => Object.fromEntries(NAMES.map((name) => [name, script]));
/** Heard at 4 and never again. */
const LIVES = "o 3ms e 99ms e 99ms e 99ms e 99ms e 99ms y";
const FALLS_SILENT = "o 3ms e";
/** The same, and again at 604: twice the detection time. */
const COMES_BACK = "o 3ms e 599ms e";

describe("many who fall silent in the same moment", () => {
  it("are all called dead where each is judged for itself alone", () => {
    expect(story(all(COMES_BACK)).when("dead")).toEqual(NAMES.map(() => 304));
  });

  it("are rather our own silence: nobody dies of an outage that ends within another confirming phase", () => {
    const { lines, told } = story(all("o 3ms e 399ms e 99ms e 99ms e 99ms e 99ms e 99ms y"), {});
    expect(lines.filter((line) => line.endsWith("dead"))).toEqual([]);
    expect(told).toEqual([
      { type: "began", atMs: 304, silent: 6, watched: 6 },
      { type: "answered", atMs: 404, silentForMs: 100 },
    ]);
  });

  it("and if one answers, the others get one more phase, and are then judged one by one", () => {
    const { when, lines } = story({ ...all(FALLS_SILENT), a: "o 3ms e 399ms e 99ms e 99ms y" }, {});
    expect(when("dead")).toEqual(NAMES.slice(1).map(() => 604));
    expect(lines.filter((line) => line.includes(" a "))).toEqual([
      "4 a alive",
      "154 a suspect",
      "404 a alive",
      "604 a left",
    ]);
  });

  it("die a confirming phase later if nobody answers at all", () => {
    const { when, told } = story(all(FALLS_SILENT), {});
    expect(when("dead")).toEqual(NAMES.map(() => 454));
    expect(told.map(({ type, atMs }) => `${atMs} ${type}`)).toEqual(["304 began", "454 unanswered"]);
  });

  it("are a group only from a share, and a number, on", () => {
    const half = { ...all(FALLS_SILENT), d: LIVES, e: LIVES };
    expect(story(half, { least: 4 }).when("dead")).toEqual([454, 454, 454, 454]);
    expect(story(half, { least: 5 }).when("dead")).toEqual([304, 304, 304, 304]);
    expect(story(half, { least: 2, share: 0.9 }).when("dead")).toEqual([304, 304, 304, 304]);
  });

  it("are forgotten when they have gone: the next silence is judged anew", () => {
    const { told } = story(
      { ...all(FALLS_SILENT), f: "o 3ms e 399ms e 99ms e 99ms e 99ms e 99ms e 99ms e 99ms e 299ms e" },
      { least: 5 },
    );
    expect(told.map(({ type }) => type)).toEqual(["began", "answered"]);
  });

  it("refuses options that cannot be", () => {
    const groupOf = (groupSilence: GroupSilenceOptions) => () =>
      marbles((helpers) => {
        let thrown: unknown;
        monitorPeers(new MarbleServer(helpers, "", {}), POLICY, { ...helpers.virtual, groupSilence })
          .subscribe({ error: (error) => (thrown = error) })
          .unsubscribe();
        if (thrown !== undefined) throw thrown;
      });
    expect(groupOf({ share: 0 })).toThrow("groupSilence.share must be above 0 and at most 1, not 0");
    expect(groupOf({ least: 1 })).toThrow(/groupSilence.least/);
  });
});
