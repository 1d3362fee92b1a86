// Scenarios around what the router does besides forwarding.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { labTools, monotonicMs } from "../../../dist/lab/index.js";
import { labWithSpeakers, others } from "./lab.mjs";

/** Both ends send numbered datagrams; returns which arrived, and how long each took. */
async function exchange(monitor, peer, count, atOnce, everyMs) {
  const [toPeer, toMonitor] = await Promise.all(
    [
      [monitor, peer],
      [peer, monitor],
    ].map(async ([from, to]) => {
      await from.ask("sendStamped", { count, atOnce, everyMs });
      return to;
    }),
  );
  return async () => {
    const heard = async (end) => (await end.ask("arrivals")).arrivals;
    return { toPeer: await heard(toPeer), toMonitor: await heard(toMonitor) };
  };
}

export const routerScenarios = {
  /** Loses packets at given rates, both ways. */
  async loss(toPeer, toMonitor, seed, count) {
    const { lab, monitor, peer } = await labWithSpeakers();
    await lab.router.impair({
      toPeer: { lossRate: Number(toPeer) },
      toMonitor: { lossRate: Number(toMonitor) },
      ...(seed !== "none" && { seed: Number(seed) }),
    });
    const arrivals = await exchange(monitor, peer, Number(count), 10, 4);
    const report = await lab.router.unimpair();
    const { toPeer: atPeer, toMonitor: atMonitor } = await arrivals();
    const numbers = (list) => list.map(({ number }) => number);
    return { report, atPeer: numbers(atPeer), atMonitor: numbers(atMonitor) };
  },

  /** Holds packets back on the way to the peer only; then no more. */
  async delay(delayMs, jitterMs, count) {
    const { lab, monitor, peer } = await labWithSpeakers();
    await lab.router.impair({
      toPeer: { delayMs: Number(delayMs), jitterMs: Number(jitterMs) },
      toMonitor: {},
    });
    const arrivals = await exchange(monitor, peer, Number(count), 1, 4);
    const report = await lab.router.unimpair(); // While some are still held back.
    const impaired = await arrivals();
    const healed = await (await exchange(monitor, peer, 50, 1, 4))();
    const took = (list) => list.map(({ sentMs, atMs }) => atMs - sentMs);
    return {
      report,
      toPeerMs: took(impaired.toPeer),
      toMonitorMs: took(impaired.toMonitor),
      healedMs: took(healed.toPeer.slice(impaired.toPeer.length)),
    };
  },

  /** A bulk transfer through an impaired path, which must not damage it. */
  async impairedBulk() {
    const { lab, monitor, peer } = await labWithSpeakers();
    await lab.router.impair({ toPeer: { delayMs: 2, jitterMs: 1 }, toMonitor: { lossRate: 0.02 }, seed: 1 });
    await monitor.ask("connect");
    await monitor.ask("write", { octets: 1_448_000 });
    const untilMs = monotonicMs() + 20_000;
    let heard = await peer.tell();
    while (heard.tcpOctets < 1_448_000 && monotonicMs() < untilMs) heard = await peer.tell();
    return { ...heard, report: await lab.router.unimpair() };
  },

  /** What one is told when the impossible is asked for. */
  async routerMistakes() {
    const { lab } = await labWithSpeakers();
    const { router } = lab;
    const impair = (toPeer) => router.impair({ toPeer, toMonitor: {} }).catch(String);
    const impossible = [
      await impair({ lossRate: 1.5 }),
      await impair({ delayMs: Number.NaN }),
      await impair({ delayMs: 10, jitterMs: 11 }),
      await router.translate({ timeoutMs: 1500 }).catch(String),
    ];
    await router.impair({ toPeer: {}, toMonitor: {} });
    const twice = [await impair({}), await router.translate({ timeoutMs: 1000 }).catch(String)];
    await router.unimpair();
    await router.translate({ timeoutMs: 1000 });
    const translating = await impair({});
    await router.stopTranslating();
    const taken = { end: "peer", protocol: "tcp", ports: [7000] };
    await router.proxy(taken);
    const takenPort = await router.proxy(taken).catch(String);
    return { impossible, twice, translating, takenPort, nothing: (await router.unimpair()) ?? "nothing" };
  },

  /** A lab that does all it can is closed; what remains of it. */
  async routerCleanup() {
    const { lab, monitor, peer } = await labWithSpeakers();
    await lab.router.impair({ toPeer: { delayMs: 1000 }, toMonitor: {} });
    await lab.router.proxy({ end: "peer", protocol: "tcp", ports: [7000] });
    await lab.wire.capture();
    await Promise.all([monitor.send(10), peer.send(10)]);
    const during = { processes: others().length, files: readdirSync("/run") };
    await lab.close();
    return {
      during,
      processes: others().length,
      files: readdirSync("/run"),
      hosts: readdirSync("/run/netns"),
    };
  },

  /** What this machine can do; some of it hidden, as if it were not there. */
  async tools(...hidden) {
    for (const path of hidden) {
      if (path === "/dev/net/tun") {
        execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/dev/net"]);
        continue;
      }
      mkdirSync("/run/hidden", { recursive: true });
      writeFileSync("/run/hidden/file", "");
      execFileSync("mount", ["--bind", "/run/hidden/file", path]);
    }
    return labTools();
  },
};
