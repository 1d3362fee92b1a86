import net from "node:net";
import { listening } from "./sockets.js";

/** Just enough of Redis: PING, ECHO, and a MULTI that answers with a PONG inside an array. */
export interface RespServer {
  readonly port: number;
  readonly server: net.Server;
  readonly sockets: Set<net.Socket>;
  dispose(): Promise<void>;
}

export async function respServer(): Promise<RespServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let pending = "";
    socket.on("data", (chunk) => {
      pending += chunk.toString("latin1");
      for (;;) {
        const command = takeCommand(pending);
        if (command === undefined) return;
        pending = command.rest;
        socket.write(answer(command.words));
      }
    });
  });
  const port = await listening(server);
  return {
    port,
    server,
    sockets,
    async dispose() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function takeCommand(text: string): { words: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let rest = text.slice(head[0].length);
  const words: string[] = [];
  for (let index = 0; index < Number(head[1]); index++) {
    const length = /^\$(\d+)\r\n/.exec(rest);
    if (length === null) return undefined;
    const octets = Number(length[1]);
    rest = rest.slice(length[0].length);
    if (rest.length < octets + 2) return undefined;
    words.push(rest.slice(0, octets));
    rest = rest.slice(octets + 2);
  }
  return { words, rest };
}

function answer([command = "", ...words]: string[]): string {
  switch (command.toUpperCase()) {
    case "PING":
      return "+PONG\r\n";
    case "ECHO":
      return `$${words[0]!.length}\r\n${words[0]}\r\n`;
    case "EXEC":
      return "*2\r\n+PONG\r\n$5\r\n+PONG\r\n";
    default:
      return `-ERR unknown command '${command}'\r\n`;
  }
}
