import { connect, type Socket } from "node:net";
import { openSpread, portOf } from "./links.js";
import type { EndContext, MonitorEnd } from "./subject.js";
import { verdictOfSocket } from "./verdict.js";
import type { Report } from "./watch.js";

/**
 * Sockets as an application without us has them: each is told to keep the connection alive once it is made,
 * and its death is what its events say.
 *
 * @param keepAlive sets what the subject sets on a connected socket
 */
export async function watchPlainSockets(
  context: EndContext,
  report: Report,
  keepAlive: (socket: Socket) => void,
): Promise<MonitorEnd> {
  const sockets: Socket[] = [];
  await openSpread(context, (link) => {
    const socket = connect(portOf(context, link), context.address);
    let cause = "closed";
    socket.on("connect", () => {
      keepAlive(socket);
      report({ type: "alive", link });
    });
    socket.on("end", () => {
      cause = "ended";
    });
    socket.on("error", ({ message, code = message }: NodeJS.ErrnoException) => {
      cause = code;
    });
    socket.on("close", () => report({ type: "dead", link, cause, by: verdictOfSocket(cause) }));
    sockets.push(socket.resume());
  });
  return {
    ports: [],
    writeApplicationData: () => sockets.forEach((socket) => void socket.write("data")),
  };
}
