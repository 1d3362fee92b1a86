// Scenarios around captured frames.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicMs, totalsOf } from "../../../dist/lab/index.js";
import { labWithSpeakers, others } from "./lab.mjs";

export const captureScenarios = {
  /** Datagrams of known sizes and a bulk transfer: what was captured, and what the counters say. */
  async captureAll() {
    const { lab, monitor, peer } = await labWithSpeakers();
    await monitor.send(10, 3); // Before the capture, so not in it.
    const before = await lab.wire.counters();
    const capture = await lab.wire.capture();
    for (const octets of [0, 8, 18, 19, 1472]) await monitor.send(octets, 5);
    await peer.send(9, 7);
    await monitor.ask("connect");
    await monitor.ask("write", { octets: 1_448_000 });
    await peer.tell();
    const { frames } = await capture.stop();
    const after = await lab.wire.counters();
    await monitor.send(10, 3); // After it.
    const udp = frames.filter(({ content }) => content.protocol === "udp");
    return { before, after, totals: totalsOf(frames), udpTotals: totalsOf(udp), count: frames.length };
  },

  /** A connection from its beginning to its end, with keepalive and data that must be sent again. */
  async captureConnection() {
    const { lab, monitor, peer } = await labWithSpeakers();
    const capture = await lab.wire.capture();
    await monitor.ask("connect", { keepAliveMs: 1000 });
    await sleep(1400);
    await lab.wire.cut("to-monitor");
    await monitor.ask("write", { octets: 5 });
    await sleep(400);
    await lab.wire.mend();
    await sleep(500);
    await lab.wire.pullCable("monitor");
    await lab.wire.plugCable("monitor");
    await monitor.send(9);
    peer.process.signal("SIGKILL");
    await peer.process.exited;
    await monitor.send(18);
    await sleep(50);
    const { frames } = await capture.stop();
    return frames.map(({ direction, octets, content, summary }) => ({ direction, octets, content, summary }));
  },

  /** More frames than there is room for, while whoever should read them cannot. */
  async captureTooMuch() {
    const { lab, monitor, peer } = await labWithSpeakers();
    const capture = await lab.wire.capture();
    const pid = others().find((each) =>
      readFileSync(`/proc/${each}/cmdline`, "utf8").includes("capture-agent"),
    );
    process.kill(pid, "SIGSTOP");
    await monitor.ask("connect");
    const octets = 70_000 * 1448;
    await monitor.ask("write", { octets });
    let heard = await peer.tell();
    while (heard.tcpOctets < octets) heard = await peer.tell();
    process.kill(pid, "SIGCONT");
    return { said: await capture.stop().catch(String) };
  },

  /** When frames were sent, by the clock of whoever sent them, and when they were captured. */
  async captureTimes() {
    const { lab, monitor, peer } = await labWithSpeakers();
    const beforeMs = monotonicMs();
    const capture = await lab.wire.capture();
    await monitor.ask("sendStamped", { count: 100, atOnce: 1, everyMs: 3 });
    const { arrivals } = await peer.ask("arrivals");
    const { frames, sinceMs, untilMs, clockErrorMs } = await capture.stop();
    const times = arrivals.map(({ sentMs, atMs }, index) => ({
      sentMs,
      capturedMs: frames[index].atMs,
      arrivedMs: atMs,
    }));
    return { beforeMs, sinceMs, untilMs, afterMs: monotonicMs(), clockErrorMs, times };
  },
};
