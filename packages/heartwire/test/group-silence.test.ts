import { describe, expect, it } from "vitest";
import {
  fixedTimeout,
  type GroupSilenceEvent,
  type GroupSilenceOptions,
  isGroupSilence,
  type LivenessEvent,
  monitorPeers,
} from "../src/index.js";
import { MarbleServer, type ServerStep } from "./support/marble-server.js";
import { marbles } from "./support/marbles.js";

/** Suspect after 150, dead after 300 of silence: a confirming phase is 150. */
const POLICY = fixedTimeout({ intervalMs: 100 });

/**
 * What is heard of peers, each with its marbles, that all come at once, each at the address of its name: `10 a alive`,
 * and what the group tells.
 */
function story(
  peers: Readonly<Record<string, string>>,
  groupSilence?: "off" | GroupSilenceOptions,
  addressOf = (name: string) => `${name}:1`,
) {
  const lines: string[] = [];
  const told: GroupSilenceEvent[] = [];
  marbles((helpers) => {
    const steps: Record<string, ServerStep> = {};
    const server = new MarbleServer(helpers, `(${Object.keys(peers).join("")})`, steps);
    for (const [name, script] of Object.entries(peers))
      steps[name] = server.comes(name, script, undefined, addressOf(name));
    const options = { ...helpers.virtual, ...(groupSilence !== undefined && { groupSilence }) };
    const subscription = monitorPeers(server, POLICY, options).subscribe(({ peer, event }) => {
      lines.push(`${helpers.scheduler.now()} ${peer.handle} ${event.type}`);
      if (isGroupSilence(event)) told.push(event);
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
    const { when, told } = story(all(COMES_BACK), "off");
    expect(told).toEqual([]);
    expect(when("dead")).toEqual(NAMES.map(() => 304));
  });

  it("are rather our own silence: nobody dies of an outage that ends within another confirming phase", () => {
    const { lines, told } = story(all("o 3ms e 399ms e 99ms e 99ms e 99ms e 99ms e 99ms y"));
    expect(lines.filter((line) => line.endsWith("dead"))).toEqual([]);
    expect(told).toEqual([
      { type: "group-silent", atMs: 304, silent: 6, watched: 6 },
      { type: "group-answered", atMs: 404, silentForMs: 100 },
    ]);
  });

  it("and if one answers, the others get one more phase, and are then judged one by one", () => {
    const { when, lines } = story({ ...all(FALLS_SILENT), a: "o 3ms e 399ms e 99ms e 99ms y" });
    expect(when("dead")).toEqual(NAMES.slice(1).map(() => 604));
    expect(lines.filter((line) => line.includes(" a "))).toEqual([
      "4 a alive",
      "154 a suspect",
      "304 a group-silent",
      "404 a alive",
      "404 a group-answered",
      "604 a left",
    ]);
  });

  it("die a confirming phase later if nobody answers at all", () => {
    const { when, told } = story(all(FALLS_SILENT));
    expect(when("dead")).toEqual(NAMES.map(() => 454));
    expect(told.map(({ type, atMs }) => `${atMs} ${type}`)).toEqual([
      "304 group-silent",
      "454 group-unanswered",
    ]);
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
    expect(told.map(({ type }) => type)).toEqual(["group-silent", "group-answered"]);
  });

  it("are saved by any who answer, also by those whose own verdict was not due yet", () => {
    // Silent since 4, 5, …; all but the first answer after its verdict was put off, and before theirs.
    const scripts = Object.fromEntries(
      NAMES.map((name, index) => [
        name,
        `o ${3 + index}ms e ${index === 0 ? "" : `${300 - index}ms e 99ms y`}`,
      ]),
    );
    const { told, when } = story(scripts);
    expect(told).toEqual([
      { type: "group-silent", atMs: 304, silent: 6, watched: 6 },
      { type: "group-answered", atMs: 305, silentForMs: 1 },
    ]);
    expect(when("dead")).toEqual([604]);
  });

  it("are no group on one machine, whatever their ports, nor where they are few", () => {
    const onOne = story(all(FALLS_SILENT), {}, (name) => `[fe80::1]:${name.charCodeAt(0)}`);
    expect(onOne.when("dead")).toEqual(NAMES.map(() => 304));
    expect(onOne.told).toEqual([]);
    const behindProxy = story(
      all(FALLS_SILENT),
      { leastHosts: 1 },
      (name) => `10.0.0.1:${name.charCodeAt(0)}`,
    );
    expect(behindProxy.when("dead")).toEqual(NAMES.map(() => 454));
    const { a, b, c } = all(FALLS_SILENT);
    expect(story({ a: a!, b: b!, c: c! }).when("dead")).toEqual([304, 304, 304]);
  });

  it("are no events of a stream that judges each for itself, nor in its type", () => {
    marbles((helpers) => {
      const events: LivenessEvent[] = [];
      const server = new MarbleServer(helpers, "", {});
      const options = { ...helpers.virtual, groupSilence: "off" } as const;
      monitorPeers(server, POLICY, options)
        .subscribe(({ event }) => events.push(event))
        .unsubscribe();
      return () => expect(events).toEqual([]);
    });
  });

  it("let themselves be unsubscribed by the event that tells of them", () => {
    marbles((helpers) => {
      const steps: Record<string, ServerStep> = {};
      const server = new MarbleServer(helpers, `(${NAMES.join("")})`, steps);
      for (const name of NAMES) steps[name] = server.comes(name, FALLS_SILENT);
      const types: string[] = [];
      const subscription = monitorPeers(server, POLICY, helpers.virtual).subscribe(({ event }) => {
        types.push(event.type);
        if (isGroupSilence(event)) subscription.unsubscribe();
      });
      return () => {
        expect(types.filter((type) => type !== "alive" && type !== "suspect")).toEqual(["group-silent"]);
        expect([...server.peers.values()].every(({ links }) => links[0]!.closed)).toBe(true);
      };
    });
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
    expect(groupOf({ leastHosts: 0 })).toThrow(/groupSilence.leastHosts/);
  });
});
