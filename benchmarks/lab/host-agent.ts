// Runs in the network namespace of a host, for as long as the lab does. It is a process of its own because
// /proc/sys/net and /sys/class/net show the network of whoever opens them; and because a process that is
// already there can act within microseconds of its stamps, where starting a program for each act would blur
// them by milliseconds.
import { readFileSync, writeFileSync } from "node:fs";
import type { AgentReply, AgentRequest } from "./agent-protocol.js";
import { type Instant, stamp } from "./clock.js";
import { parseFrameCounters } from "./frame-counters.js";
import { openLabChannel } from "./host-side.js";
import type { EndHost } from "./topology.js";

const IFF_UP = 1;

function setForwarding(ports: readonly EndHost[], enabled: boolean): Instant {
  return stamp(() => {
    for (const port of ports) {
      writeFileSync(`/proc/sys/net/ipv4/conf/${port}/forwarding`, enabled ? "1" : "0");
    }
  });
}

function setLink(device: string, up: boolean): Instant {
  const file = `/sys/class/net/${device}/flags`;
  const flags = Number(readFileSync(file, "utf8"));
  const wanted = `0x${(up ? flags | IFF_UP : flags & ~IFF_UP).toString(16)}`;
  return stamp(() => writeFileSync(file, wanted));
}

function handle(request: AgentRequest): AgentReply {
  switch (request.kind) {
    case "set-forwarding":
      return { kind: "done", instant: setForwarding(request.ports, request.enabled) };
    case "set-link":
      return { kind: "done", instant: setLink(request.device, request.up) };
    case "read-counters":
      return {
        kind: "counters",
        counters: parseFrameCounters(readFileSync("/proc/net/dev", "utf8"), "monitor"),
      };
  }
}

const channel = openLabChannel<AgentRequest, AgentReply>();
// Whatever is done first in a process is slow; a fault must not be the first.
setLink("lo", true);
channel.send({ kind: "ready" });
for await (const request of channel.messages) {
  try {
    channel.send(handle(request));
  } catch (error) {
    channel.send({ kind: "failed", why: String(error) });
  }
}
