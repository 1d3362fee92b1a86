// What the scenarios have in common: a lab with somebody in it who speaks.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createLab } from "../../../dist/lab/index.js";

/** The path of a program that runs in a host. */
export const here = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** A program in a host, to be asked. */
export async function ask(lab, host, module, ...args) {
  const process = await lab.spawn(host, here(module), args);
  await process.messages.receive();
  return {
    process,
    ask(command, options = {}) {
      process.send({ command, ...options });
      return process.messages.receive();
    },
  };
}

export async function speaker(lab, host) {
  const other = host === "monitor" ? "peer" : "monitor";
  const asked = await ask(lab, host, "speaker.mjs", lab.addresses[other]);
  return {
    ...asked,
    send: (octets, count = 1) => asked.ask("send", { octets, count }),
    tell: () => asked.ask("tell"),
  };
}

export async function labWithSpeakers(name = "test") {
  const lab = await createLab(name);
  const [monitor, peer] = await Promise.all([speaker(lab, "monitor"), speaker(lab, "peer")]);
  return { lab, monitor, peer };
}

/** A TCP connection between two speakers, taken by both processes and not only by their kernels. */
export async function connectSpeakers(monitor, peer) {
  await monitor.ask("connect");
  await peer.ask("accepted");
}

/** The state of a process, in one letter of proc(5). */
export function stateOf(pid) {
  return existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1][0] : "X";
}

/** All processes inside but process 1 and this one. */
export function others() {
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => pid !== 1 && pid !== process.pid);
}
