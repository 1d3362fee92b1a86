import { catalogueOf } from "../catalogue.js";
import type { CarriedRow, Results, SubjectRow } from "../results.js";
import { SMALLEST_FRAME_OCTETS } from "../wire.js";
import { chosen, list } from "../words.js";
import {
  all,
  type Claim,
  heartbeatsIn,
  inFigures,
  inShort,
  type Judgement,
  KEEPALIVE,
  noticed,
  noticedByEach,
  notMeasured,
  ofKind,
  pooled,
  silentCut,
  verdictOf,
} from "./evidence.js";

/** The folklore's figure: 7200 s idle and 9 probes 75 s apart. */
const FOLKLORE_S = 7875;

/** What keepalive and heartbeats are, and what they can say. */
export const natureClaims: readonly Claim[] = [
  {
    id: "off-by-default",
    claim: "Keepalive is off by default, and takes 7875 s",
    judge: judgeDefaults,
  },
  {
    id: "connection-only",
    claim: "Keepalive says only that the connection holds",
    judge: judgeConnectionOnly,
  },
  {
    id: "application-works",
    claim: "A heartbeat says that the application works",
    judge: judgeApplicationWorks,
  },
  { id: "any-transport", claim: "A heartbeat works over any transport", judge: judgeAnyTransport },
  { id: "carries-more", claim: "A heartbeat carries more than a sign of life", judge: judgeCarriesMore },
];

function judgeDefaults(results: Results): Judgement {
  const kernel = results.environment.kernelKeepalive;
  if (kernel === undefined) return notMeasured("the kernel's keepalive settings could not be read here");
  const { idleS, intervalS, probes, onByDefault } = kernel;
  if (typeof onByDefault !== "boolean") {
    return notMeasured(
      "whether a fresh connection has keepalive on could not be read; the package koffi reads it",
    );
  }
  const seconds = idleS + intervalS * probes;
  const holds = verdictOf([!onByDefault, seconds === FOLKLORE_S]);
  const off = `a fresh connection here has it ${onByDefault ? "on" : "off"}`;
  const sum = `this kernel takes ${idleS} s + ${probes} × ${intervalS} s = ${seconds} s`;
  return { verdict: holds, figures: `${off}; once on, ${sum}${scaled(results)}` };
}

function scaled(results: Results): string {
  const cut = noticed(results, KEEPALIVE, silentCut(false));
  if (cut?.medianMs === undefined) return "";
  const { intervalMs, misses } = results.settings;
  const said = results.settings.subjects[KEEPALIVE] ?? `${chosen(intervalMs)}, ${misses} misses`;
  return `; scaled to ${said} it noticed a silent cut${pooled(results, silentCut(false))} on ${inFigures(cut)}`;
}

function judgeConnectionOnly(results: Results): Judgement {
  const parts = [
    {
      what: `a hung process${pooled(results, ofKind("process-hung"))}`,
      found: noticed(results, KEEPALIVE, ofKind("process-hung")),
    },
    { what: "an ill application", found: noticed(results, KEEPALIVE, ofKind("application-unhealthy")) },
    {
      what: "a dead backend behind a proxy",
      found: noticed(results, KEEPALIVE, ofKind("silent-behind-proxy")),
    },
  ].flatMap(({ what, found }) => (found === undefined ? [] : [{ what, found }]));
  if (parts.length === 0) {
    return notMeasured("no fault was tried on keepalive that leaves the connection and takes the program");
  }
  return {
    verdict: verdictOf(parts.map(({ found }) => found.detected === 0)),
    figures: `keepalive noticed ${list(parts.map(({ what, found }) => `${what} on ${inFigures(found)}`))}`,
  };
}

function judgeApplicationWorks(results: Results): Judgement {
  const heartbeats = heartbeatsIn(results);
  const hung = noticedByEach(results, heartbeats, ofKind("process-hung"));
  const ill = noticedByEach(results, heartbeats, ofKind("application-unhealthy"));
  if (hung.length === 0) return notMeasured("no heartbeat was tried on a hung process");
  if (ill.length === 0) {
    return notMeasured(
      `only the half of it: a hung process was noticed by ${list(hung.map(inShort))}; no application was made ill`,
    );
  }
  return {
    verdict: verdictOf([...hung, ...ill].map(all)),
    figures: `a hung process${pooled(results, ofKind("process-hung"))} was noticed by ${list(hung.map(inShort))}; an ill application whose loop turns by ${list(ill.map(inShort))}`,
  };
}

function judgeAnyTransport(results: Results): Judgement {
  const heartbeats = heartbeatsIn(results);
  const cut = noticedByEach(results, heartbeats, silentCut(false));
  const protocols = new Set(heartbeats.map(({ protocol }) => protocol));
  if (cut.length < 2 || protocols.size < 2) {
    return notMeasured("a silent cut was not tried on heartbeats over both TCP and UDP");
  }
  return {
    verdict: verdictOf(cut.map(all)),
    figures: `a silent cut${pooled(results, silentCut(false))} was noticed by ${list(cut.map(inShort))}; keepalive is TCP's alone`,
  };
}

/**
 * Octets of the application's that arrive with its beats; and, the least that a heartbeat can say beyond "I live", that
 * the application is ill, by not answering. Where the octets were measured, they decide.
 */
function judgeCarriesMore(results: Results): Judgement {
  const illness = toldBySilence(results);
  const room = roomLeft(results, heartbeatsIn(results));
  const carried = results.carried ?? [];
  if (carried.length > 0) {
    const parts = [octetsCarried(results, carried), "the kernel's probes carry none"];
    if (illness !== undefined) parts.push(illness.figures);
    return {
      verdict: verdictOf(carried.map(({ beats, intact }) => beats > 0 && intact === beats)),
      figures: `${parts.join("; ")}${room}`,
    };
  }
  if (illness === undefined) {
    return notMeasured("no application was made ill under both keepalive and a heartbeat");
  }
  return {
    verdict: verdictOf(illness.holds),
    figures: `${illness.figures}; that octets of its own arrive with a heartbeat was not measured${room}`,
  };
}

/** What became of an ill application; undefined where none was made ill under both keepalive and a heartbeat. */
function toldBySilence(results: Results): { holds: readonly boolean[]; figures: string } | undefined {
  const ill = ofKind("application-unhealthy");
  const told = noticedByEach(results, heartbeatsIn(results), ill);
  const keepalive = noticed(results, KEEPALIVE, ill);
  if (told.length === 0 || keepalive === undefined) return undefined;
  return {
    holds: [...told.map(all), keepalive.detected === 0],
    figures: `an unhealthy application stops answering, and so was noticed by ${list(told.map(inShort))}, by keepalive ${keepalive.detected} of ${keepalive.count}`,
  };
}

/** "64 octets of the application's came whole with 220 of 220 beats over TCP heartbeat and …". */
function octetsCarried(results: Results, carried: readonly CarriedRow[]): string {
  const { titleOfSubject } = catalogueOf(results);
  const octets = [...new Set(carried.map(({ payloadOctets }) => payloadOctets))].join(" or ");
  const each = carried.map(
    ({ subject, beats, intact }) => `${intact} of ${beats} beats over ${titleOfSubject(subject)}`,
  );
  return `${octets} octets of the application's came whole with ${list(each)}`;
}

/** What a heartbeat could still carry before the wire charges more. */
function roomLeft(results: Results, heartbeats: readonly SubjectRow[]): string {
  const rooms = heartbeats.flatMap(({ name, title }) => {
    const row = results.wire.find(({ subject }) => subject === name);
    if (row === undefined) return [];
    const frames = row.frames.out + row.frames.in;
    const room = SMALLEST_FRAME_OCTETS - (row.octets.out + row.octets.in) / frames;
    return room > 0 ? [`${Math.floor(room)} octets in ${title}`] : [];
  });
  return rooms.length === 0 ? "" : `; still free in the smallest Ethernet frame: ${list(rooms)}`;
}
