// Runs every scenario of kernel evidence, all at the same time, and prints what the streams said, as JSON.
// Runs as plain JavaScript in a network namespace of its own, and so imports the built packages.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Detector, trustKernel } from "@heartwire/core";
import { keepalive } from "../../dist/index.js";
import { addressOf, port, startHosts, traffic } from "./hosts.mjs";

const scenarios = {
  async healthy({ watch }) {
    const healthy = await watch({ idleMs: 1000, intervalMs: 1000, probes: 2 });
    const before = traffic();
    await sleep(3500);
    const after = traffic();
    healthy.close();
    return { before, after };
  },
  async idleCut({ watch, cut }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 3 });
    // Acknowledged, and so no business of the death.
    link.socket.write("written long before");
    await sleep(300);
    cut();
    await link.over;
  },
  async healed({ watch, cut, heal }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 9 });
    cut();
    await link.until("suspect");
    heal();
    await link.until("alive", 2);
    await sleep(2500);
    link.close();
  },
  async dataCut({ watch, cut }) {
    const link = await watch({ idleMs: 30_000, intervalMs: 10_000, probes: 9, userTimeoutMs: 3000 });
    cut();
    link.socket.write("never acknowledged");
    await link.over;
  },
  async dataCutHealed({ watch, cut, heal }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 9, userTimeoutMs: 20_000 });
    cut();
    link.socket.write("acknowledged late");
    await link.until("suspect");
    heal();
    await link.until("alive", 2);
    link.close();
  },
  // tcp_retries2 is 3 here, and there is no look between the write and the death.
  async retransmissionLimit({ watch, cut }) {
    const link = await watch({ idleMs: 30_000, intervalMs: 10_000, probes: 9 });
    cut();
    link.socket.write("never acknowledged");
    await link.over;
  },
  async retransmissionLimitWatched({ watch, cut }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 9 });
    cut();
    link.socket.write("never acknowledged");
    await link.over;
  },
  async userTimeoutInsteadOfProbes({ watch, cut }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 100, userTimeoutMs: 2500 });
    cut();
    await link.over;
  },
  async reboot({ watch, cut, heal, crash }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 9 });
    cut();
    crash();
    await sleep(200);
    heal();
    await link.over;
  },
  async unreachable({ watch, unreachable }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 9, userTimeoutMs: 3000 });
    unreachable();
    link.socket.write("never acknowledged");
    await link.over;
  },
  async unreachableIdle({ watch, unreachable }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 2 });
    unreachable();
    await link.over;
  },
  // An interval longer than the idle time delays the first probe, too, once one was answered.
  async longInterval({ watch, cut }) {
    const link = await watch({ idleMs: 1000, intervalMs: 3000, probes: 1 });
    await link.probed;
    cut();
    await link.over;
  },
  async hang({ watch, hang }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 2 });
    hang();
    link.socket.write("read by nobody");
    await sleep(5000);
    link.close();
  },
  // The peer's window is shut: its kernel answers zero-window probes.
  async hangFull({ watch, hang }) {
    const link = await watch({ idleMs: 1000, intervalMs: 1000, probes: 2 });
    hang();
    link.socket.write(Buffer.alloc(16_000_000));
    await sleep(5000);
    link.close();
  },
};

/** A link under a detector: the stream that a subscriber would see. */
function watchOf(address, log) {
  return async (settings) => {
    const startMs = performance.now();
    const options = { proves: "connection" };
    const detector = new Detector(trustKernel(settings)(), options, startMs);
    const waiting = new Set();
    const take = (input) => {
      log.inputs.push(input.type);
      const nowMs = performance.now();
      for (const output of detector.handle(input, nowMs)) {
        log.events.push({ ...output.event, atMs: output.event.atMs - startMs });
      }
      for (const check of waiting) check();
    };
    const until = (type, count = 1) =>
      new Promise((resolve) => {
        const check = () => log.events.filter((event) => event.type === type).length >= count && resolve();
        waiting.add(check);
        check();
      });
    let socket;
    const transport = keepalive({
      host: address,
      port,
      settings,
      onSocket: (each) => {
        socket = each.resume();
      },
    });
    const link = transport.open({
      opened: () => {},
      received: () => {},
      rejected: () => {},
      active: (agoMs = 0) => take({ type: "active", agoMs }),
      doubted: (silentMs) => take({ type: "doubted", silentMs }),
      closed: (reason) => take({ type: "closed", reason }),
    });
    await until("alive");
    // The handshake's last frames are not the kernel's probes.
    await sleep(100);
    const probed = new Promise((resolve) => waiting.add(() => log.inputs.length > 1 && resolve()));
    return { socket, until, probed, over: until("dead"), close: () => link.close() };
  };
}

const names = Object.keys(scenarios);
const addresses = names.map((_, index) => addressOf(index));
const hung = addresses.filter((_, index) => names[index].startsWith("hang"));
const hosts = await startHosts([addresses.filter((address) => !hung.includes(address)), hung]);
writeFileSync("/proc/sys/net/ipv4/tcp_retries2", "3");

async function run(name) {
  const address = addresses[names.indexOf(name)];
  const log = { events: [], inputs: [] };
  const scenario = scenarios[name]({
    watch: watchOf(address, log),
    cut: () => hosts.cut(address),
    heal: () => hosts.heal(address),
    unreachable: () => hosts.unreachable(address),
    crash: () => hosts.peers[0].tell(`reset ${address}`),
    hang: () => hosts.peers[1].process.kill("SIGSTOP"),
  });
  // What never happens fails the test that awaits it, with the log to show for it, and no other.
  const extra = await Promise.race([scenario, sleep(20_000, {}, { ref: false })]);
  return [name, { ...log, ...extra }];
}

try {
  // Alone, for its frames are counted.
  const healthy = await run("healthy");
  const rest = await Promise.all(names.filter((name) => name !== "healthy").map(run));
  process.stdout.write(JSON.stringify(Object.fromEntries([healthy, ...rest])));
} finally {
  hosts.close();
}
