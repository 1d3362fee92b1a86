import type { FullKeepaliveSettings, HeartbeatSettings } from "@heartwire/core";
import type { TransportName } from "./asked.js";
import type { Means } from "./means.js";

/** A program to paste: it runs as it is, with addresses of yours. */
export interface CodeBlock {
  readonly where: "here" | "at the peer";
  /** What to install. */
  readonly packages: readonly string[];
  readonly lines: readonly string[];
}

/** The code of one part of an answer. */
export function codeFor(
  means: Means,
  over: TransportName,
  settings: FullKeepaliveSettings | HeartbeatSettings,
): readonly CodeBlock[] {
  if ("probes" in settings) return [keepaliveCode(over, settings)];
  switch (means.subject) {
    case "udp-echo":
      return udpEchoCode(settings);
    case "udp-beat":
      return udpBeatCode(settings);
    case "websocket-ping":
      return over === "browser" ? [browserCode(settings)] : [webSocketCode("ping", settings)];
    case "websocket-messages":
      return [webSocketCode("messages", settings), webSocketAnswer()];
    default:
      return over === "foreign-ping" ? [dialectCode(settings)] : tcpCode(settings);
  }
}

const HEARTWIRE = ["heartwire", "rxjs"];

/** `{ mode: "echo", intervalMs: 1000 }`. */
export function literal(settings: object): string {
  const fields = Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${fields.join(", ")} }`;
}

const tell = (watching: string): readonly string[] => [
  `${watching}.subscribe((event) => {`,
  `  if (event.type === "dead") console.log("dead:", describeCause(event.cause));`,
  "});",
];

/** What is asked for is a bound on the detection of each, so nobody is given longer because many are silent. */
const tellOfEach = (source: string): readonly string[] => [
  `// Without "off", the deaths of many that fall silent together wait: it may be our own network.`,
  `const each = monitorPeers(${source}, policy, { groupSilence: "off" });`,
  `each.subscribe(({ peer, event }) => {`,
  `  if (event.type === "dead") console.log(peer.address, "dead:", describeCause(event.cause));`,
  "});",
];

const policyLine = (settings: HeartbeatSettings): string =>
  `const policy = fixedTimeout(${literal(settings)});`;

const HEALTH = "{ health: () => true /* false while the application cannot do its work */ }";

function keepaliveCode(over: TransportName, settings: FullKeepaliveSettings): CodeBlock {
  const where = "here";
  const line = `const settings = ${literal(settings)};`;
  if (over === "websocket" || over === "browser") {
    return {
      where,
      packages: ["@heartwire/tcp-keepalive", "ws"],
      lines: [
        `import { enforceKeepalive } from "@heartwire/tcp-keepalive";`,
        `import { WebSocketServer } from "ws";`,
        "",
        line,
        "const server = new WebSocketServer({ port: 8080 });",
        "enforceKeepalive(server, settings);",
        `server.on("connection", (ws) => ws.on("error", (error) => console.log("dead:", error.message)));`,
      ],
    };
  }
  return {
    where,
    packages: [...HEARTWIRE, "@heartwire/tcp-keepalive"],
    lines: [
      `import { connect } from "node:net";`,
      `import { keepaliveSocket } from "@heartwire/tcp-keepalive";`,
      `import { describeCause, monitor, trustKernel } from "heartwire";`,
      "",
      line,
      `const socket = connect({ host: "peer.example", port: 5432 }); // the connection you have`,
      ...tell("monitor(keepaliveSocket(socket, settings), trustKernel(settings))"),
    ],
  };
}

function tcpCode(settings: HeartbeatSettings): readonly CodeBlock[] {
  const packages = [...HEARTWIRE, "@heartwire/tcp"];
  return [
    {
      where: "here",
      packages,
      lines: [
        `import { tcp } from "@heartwire/tcp";`,
        `import { describeCause, fixedTimeout, monitor } from "heartwire";`,
        "",
        policyLine(settings),
        ...tell(`monitor(tcp({ host: "peer.example", port: 7007 }), policy)`),
      ],
    },
    {
      where: "at the peer",
      packages,
      lines: [
        `import { createServer } from "node:net";`,
        `import { tcpPeers } from "@heartwire/tcp";`,
        `import { respondPeers } from "heartwire";`,
        "",
        `respondPeers(tcpPeers(createServer().listen(7007)), ${HEALTH}).subscribe();`,
      ],
    },
  ];
}

function dialectCode(settings: HeartbeatSettings): CodeBlock {
  return {
    where: "here",
    packages: [...HEARTWIRE, "@heartwire/tcp"],
    lines: [
      `import { connect } from "node:net";`,
      `import { dialectSocket, redisDialect } from "@heartwire/tcp";`,
      `import { describeCause, fixedTimeout, monitor } from "heartwire";`,
      "",
      policyLine(settings),
      `const socket = connect({ host: "peer.example", port: 6379 }); // the connection you have`,
      "// redisDialect is one Dialect; another protocol's is how to write its ping, and how to know its answer.",
      ...tell("monitor(dialectSocket(socket, redisDialect()), policy)"),
    ],
  };
}

function udpEchoCode(settings: HeartbeatSettings): readonly CodeBlock[] {
  const packages = [...HEARTWIRE, "@heartwire/udp"];
  return [
    {
      where: "here",
      packages,
      lines: [
        `import { udp } from "@heartwire/udp";`,
        `import { describeCause, fixedTimeout, monitor } from "heartwire";`,
        "",
        policyLine(settings),
        ...tell(`monitor(udp({ host: "peer.example", port: 7400 }), policy)`),
      ],
    },
    {
      where: "at the peer",
      packages,
      lines: [
        `import { udpHub } from "@heartwire/udp";`,
        `import { respondPeers } from "heartwire";`,
        "",
        `respondPeers(udpHub({ port: 7400 }).peers, ${HEALTH}).subscribe();`,
      ],
    },
  ];
}

function udpBeatCode(settings: HeartbeatSettings): readonly CodeBlock[] {
  const packages = [...HEARTWIRE, "@heartwire/udp"];
  return [
    {
      where: "here",
      packages,
      lines: [
        `import { udpHub } from "@heartwire/udp";`,
        `import { describeCause, fixedTimeout, monitorPeers } from "heartwire";`,
        "",
        policyLine(settings),
        ...tellOfEach("udpHub({ port: 7400 }).peers"),
      ],
    },
    {
      where: "at the peer",
      packages,
      lines: [
        `import { udp } from "@heartwire/udp";`,
        `import { respond } from "heartwire";`,
        "",
        "// Beats, and answers confirming probes.",
        `const beats = { beatIntervalMs: ${settings.intervalMs}, health: () => true /* false while ill */ };`,
        `respond(udp({ host: "hub.example", port: 7400 }), beats).subscribe();`,
      ],
    },
  ];
}

function webSocketCode(via: "ping" | "messages", settings: HeartbeatSettings): CodeBlock {
  return {
    where: "here",
    packages: [...HEARTWIRE, "@heartwire/websocket", "ws"],
    lines: [
      `import { webSocket } from "@heartwire/websocket";`,
      `import { describeCause, fixedTimeout, monitor } from "heartwire";`,
      "",
      policyLine(settings),
      ...tell(`monitor(webSocket({ url: "ws://peer.example:8080", via: "${via}" }), policy)`),
    ],
  };
}

function webSocketAnswer(): CodeBlock {
  return {
    where: "at the peer",
    packages: [...HEARTWIRE, "@heartwire/websocket", "ws"],
    lines: [
      `import { webSocketPeers } from "@heartwire/websocket";`,
      `import { respondPeers } from "heartwire";`,
      `import { WebSocketServer } from "ws";`,
      "",
      "const server = new WebSocketServer({ port: 8080 });",
      `respondPeers(webSocketPeers(server, { via: "messages" }), ${HEALTH}).subscribe();`,
    ],
  };
}

function browserCode(settings: HeartbeatSettings): CodeBlock {
  return {
    where: "here",
    packages: [...HEARTWIRE, "@heartwire/websocket", "ws"],
    lines: [
      `import { webSocketPeers } from "@heartwire/websocket";`,
      `import { describeCause, fixedTimeout, monitorPeers } from "heartwire";`,
      `import { WebSocketServer } from "ws";`,
      "",
      policyLine(settings),
      "const server = new WebSocketServer({ port: 8080 }); // browsers answer pings by themselves",
      ...tellOfEach(`webSocketPeers(server, { via: "ping" })`),
    ],
  };
}
