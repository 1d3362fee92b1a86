import type { Results, SubjectRow } from "../results.js";
import { list } from "../words.js";
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
  silentCut,
  verdictOf,
} from "./evidence.js";

/** Ethernet without its checksum: shorter frames are padded to this. */
const SMALLEST_FRAME_OCTETS = 60;
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
  const { intervalMs, misses, subjects } = results.settings;
  const each = intervalMs / 1000;
  const probes = /(\d+) probes/.exec(subjects[KEEPALIVE] ?? "")?.[1] ?? misses;
  return `; scaled to ${each} s + ${probes} × ${each} s it noticed a silent cut on ${inFigures(cut)}`;
}

function judgeConnectionOnly(results: Results): Judgement {
  const parts = [
    { what: "a hung process", found: noticed(results, KEEPALIVE, ofKind("process-hung")) },
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
    figures: `a hung process was noticed by ${list(hung.map(inShort))}; an ill application whose loop turns by ${list(ill.map(inShort))}`,
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
    figures: `a silent cut was noticed by ${list(cut.map(inShort))}; keepalive is TCP's alone`,
  };
}

function judgeCarriesMore(results: Results): Judgement {
  const proving = heartbeatsIn(results).filter(({ proves }) => proves === "application");
  const told = noticedByEach(results, proving, ofKind("application-unhealthy"));
  const keepalive = noticed(results, KEEPALIVE, ofKind("application-unhealthy"));
  if (told.length === 0 || keepalive === undefined) {
    return notMeasured(
      "no application was made ill under both keepalive and a heartbeat that asks its health",
    );
  }
  return {
    verdict: verdictOf([...told.map(all), keepalive.detected === 0]),
    figures: `the application's own health arrived with ${list(told.map(inShort))}, with keepalive ${keepalive.detected} of ${keepalive.count}${roomLeft(results, proving)}`,
  };
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
