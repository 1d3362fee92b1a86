// Runs inside the lab: plays one scenario and prints what was observed, as JSON. Judging that is the tests'
// part.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { faults } from "../../dist/faults/index.js";
import { createLab, monotonicMs } from "../../dist/lab/index.js";
import { captureScenarios } from "./scenarios/capture.mjs";
import { faultScenarios } from "./scenarios/faults.mjs";
import { here, labWithSpeakers, others } from "./scenarios/lab.mjs";
import { recorderScenarios } from "./scenarios/recorder.mjs";
import { routerScenarios } from "./scenarios/router.mjs";

const scenarios = {
  ...captureScenarios,
  ...faultScenarios,
  ...recorderScenarios,
  ...routerScenarios,

  /** Both speak before a cut, during it and after it. */
  async cut(direction) {
    const { lab, monitor, peer } = await labWithSpeakers();
    const speak = async () => {
      await Promise.all([monitor.send(10, 3), peer.send(10, 3)]);
      const [atMonitor, atPeer] = await Promise.all([monitor.tell(), peer.tell()]);
      return { atMonitor, atPeer, counters: await lab.wire.counters() };
    };
    const before = await speak();
    const instant = await lab.wire.cut(direction);
    const during = await speak();
    await lab.wire.mend();
    const after = await speak();
    return { before, during, after, instant };
  },

  /** Datagrams of known sizes, and the frames counted for them. */
  async counters() {
    const { lab, monitor, peer } = await labWithSpeakers();
    const idle = await lab.wire.counters();
    for (const octets of [0, 8, 18, 100, 1472]) await monitor.send(octets, 5);
    await peer.send(9, 7);
    await sleep(50);
    return { idle, counted: await lab.wire.counters() };
  },

  /** A bulk transfer, which offloading would pass in frames too large for any Ethernet. */
  async bulk() {
    const { lab, monitor, peer } = await labWithSpeakers();
    await monitor.ask("connect");
    await monitor.ask("write", { octets: 1_448_000 });
    const { tcpOctets } = await peer.tell();
    return { tcpOctets, counters: await lab.wire.counters() };
  },

  /** Two labs at once, and what remains of them. */
  async lifecycle() {
    const startMs = monotonicMs();
    const [first, second] = await Promise.all([labWithSpeakers("first"), labWithSpeakers("second")]);
    await first.monitor.send(10);
    const heard = [await first.peer.tell(), await second.peer.tell()].map(({ datagrams }) => datagrams);
    const readyMs = monotonicMs() - startMs;
    first.peer.process.signal("SIGSTOP"); // Even a stopped process must end with its lab.
    await Promise.all([first.lab.close(), first.lab.close(), second.lab.close()]);
    const afterClose = await first.lab.spawn("peer", here("idler.mjs")).catch(String);
    const again = await createLab("first");
    await again.close();
    return { heard, readyMs, afterClose, namespaces: namespaces(), processes: others() };
  },

  /** What one is told when a process in a host crashes, and when a lab cannot be had. */
  async mistakes() {
    const lab = await createLab("test");
    const crashing = await lab.spawn("peer", here("no-such-module.mjs"));
    const crash = await crashing.messages.receive().catch(String);
    const { code } = await crashing.exited;
    const strike = { lab, peers: [crashing], writeApplicationData: async () => {} };
    return {
      crash,
      code,
      strike: await faults
        .find(({ name }) => name === "hang")
        .strike(strike)
        .catch(String),
      sameName: await createLab("test").catch(String),
      badName: await createLab("A lab").catch(String),
    };
  },

  /** Writes a file outside, and ends with an exit code of its own. */
  async file(path) {
    writeFileSync(path, "written inside");
    process.exitCode = 7;
    return { loopback: readFileSync("/proc/net/dev", "utf8").includes("lo:"), pid: process.pid };
  },

  /** Has a lab with processes in it, and an orphan, and waits for whatever may come. */
  async wait(marker) {
    const lab = await createLab("test");
    await Promise.all(["monitor", "peer"].map((host) => lab.spawn(host, here("idler.mjs"), [marker])));
    console.log("waiting");
    await sleep(60_000);
    return {};
  },
};

function namespaces() {
  return readdirSync("/run/netns");
}

const [scenario, ...args] = process.argv.slice(2);
console.log(JSON.stringify(await scenarios[scenario](...args)));
process.exit();
