import { connect, createServer, type Socket } from "node:net";
import type { FaultEffect } from "../faults/index.js";
import { expectNobodyAsks } from "./expectation.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import { mistakeShare, notPredicted } from "./mistake-expectation.js";
import type { Subject } from "./subject.js";
import { verdictOfSocket } from "./verdict.js";

/** Several times as long as a mapping of the lab's NAT lives. */
const SILENT_MS = 10_000;
const ANSWER_MS = 3000;

/** What tells the controls apart. */
interface Silence extends Pick<Subject, "name" | "title"> {
  readonly words: string;
  /** What is set on a connected socket. */
  set?(socket: Socket): void;
}

/**
 * A TCP connection of plain Node on which nothing is said: without it nobody could tell whether the NAT forgets
 * anything at all, for every contender speaks often enough. After its silence it asks once, and whoever gets no
 * answer has lost the connection.
 */
function silentConnection({ words, set, ...about }: Silence): Subject {
  return {
    ...about,
    kind: "control",
    proves: "connection",
    protocol: "tcp",
    listensAt: "peer",
    appearsUnder: isForgetful,
    settingsInWords: () => `${words}, silent for ${SILENT_MS / 1000} s, then one question`,

    async peerEnd({ address }) {
      const server = createServer((socket) => socket.on("error", () => {}).pipe(socket));
      server.listen(0, address);
      return { ports: [await listeningPort(server)] };
    },

    async monitorEnd(context, report) {
      await openSpread(context, (link) => {
        const socket = connect(portOf(context, link), context.address);
        let cause = "closed";
        socket.on("connect", () => {
          set?.(socket);
          report({ type: "alive", link });
          setTimeout(() => ask(socket), SILENT_MS);
        });
        socket.on("error", ({ message }) => {
          cause = message;
        });
        socket.on("close", () => report({ type: "dead", link, cause, by: verdictOfSocket(cause) }));
        const ask = (asked: Socket) => {
          const patience = setTimeout(
            () => report({ type: "dead", link, cause: "no answer", by: "monitor" }),
            ANSWER_MS,
          );
          asked.once("data", () => clearTimeout(patience));
          asked.write("?");
        };
      });
      return { ports: [] };
    },

    expectDetection: expectNobodyAsks,
    expectMistakes: (effect) =>
      isForgetful(effect)
        ? mistakeShare(
            [(effect.forMs ?? 0) < SILENT_MS ? 1 : 0],
            "it is silent for longer than a mapping lives",
          )
        : notPredicted("it is the control of another fault"),
    expectWire: () => ({ framesPerHour: NOTHING, octetsPerHour: NOTHING, checksPerHour: 0 }),
  };
}

const NOTHING = { out: 0, in: 0 };

function isForgetful(effect: FaultEffect): boolean {
  return effect.kind === "harmless" && effect.by === "nat";
}

/** Nothing is set: what a connection of Node is. */
export const silentTcp: Subject = silentConnection({
  name: "silent-tcp",
  title: "silent TCP (control)",
  words: "no keepalive",
});

/** Keepalive is on, and everything about it is left to the system: the first probe would come after two hours. */
export const silentTcpByDefault: Subject = silentConnection({
  name: "silent-tcp-default-keepalive",
  title: "silent TCP, default keepalive (control)",
  words: "keepalive after the system's 7200 s",
  set: (socket) => socket.setKeepAlive(true),
});
