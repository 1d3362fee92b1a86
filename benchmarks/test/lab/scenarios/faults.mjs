// Scenarios in which a fault strikes somebody who speaks.
import { setTimeout as sleep } from "node:timers/promises";
import { faults } from "../../../dist/faults/index.js";
import { createLab, monotonicMs } from "../../../dist/lab/index.js";
import { ask, connectSpeakers, here, labWithSpeakers, speaker, stateOf } from "./lab.mjs";

const faultNamed = (name) => faults.find((each) => each.name === name);

function contextOf(lab, monitor, peer) {
  return {
    lab,
    peers: [peer.process],
    monitors: [monitor.process],
    writeApplicationData: () => monitor.ask("write", { octets: 5 }),
    async command(end, command) {
      const { atMs } = await (end === "monitor" ? monitor : peer).ask("obey", command);
      return { atMs, uncertaintyMs: 0 };
    },
  };
}

/** What an end has heard; nothing, if it cannot tell. */
const heardBy = (end, mute) => (mute ? undefined : end.tell());

export const faultScenarios = {
  /** A TCP connection through a fault, with the monitor writing datagrams, or both, or nobody. */
  async fault(name, writer = "nobody") {
    const { lab, monitor, peer } = await labWithSpeakers();
    const bystander = await lab.spawn("peer", here("idler.mjs"));
    await connectSpeakers(monitor, peer);
    const fault = faultNamed(name);
    const context = contextOf(lab, monitor, peer);
    const before = await lab.wire.counters();
    const calledMs = monotonicMs();
    const instant = await fault.strike(context);
    const returnedMs = monotonicMs();
    await sleep(Math.max(0, instant.atMs - monotonicMs()));
    const state = stateOf(peer.process.pid);
    const mute = "TZX".includes(state) || name === "event-loop-blocked";
    if (writer !== "nobody") await monitor.send(10, 3);
    if (writer === "both" && !mute) await peer.send(10, 3);
    const during = await monitor.tell();
    const atPeer = await heardBy(peer, mute);
    const refusals = (await lab.wire.counters()).in.frames - before.in.frames;
    const stillRuns = stateOf(bystander.pid);
    await fault.heal(context);
    const dead = "ZX".includes(stateOf(peer.process.pid));
    if (!dead) await Promise.all([monitor.send(10), peer.send(10)]);
    const after = await monitor.tell();
    const atPeerAfter = await heardBy(peer, dead);
    return { instant, calledMs, returnedMs, state, refusals, during, atPeer, after, atPeerAfter, stillRuns };
  },

  /** The peer's whole host goes, while every frame is captured; then it is healed, and somebody new speaks. */
  async hostFault(name) {
    const { lab, monitor, peer } = await labWithSpeakers();
    const bystander = await lab.spawn("peer", here("idler.mjs"));
    await connectSpeakers(monitor, peer);
    await peer.ask("write", { octets: 3 }); // Unread data, which would make a dying kernel send a reset.
    await monitor.tell();
    const fault = faultNamed(name);
    const context = contextOf(lab, monitor, peer);
    const capture = await lab.wire.capture();
    const instant = await fault.strike(context);
    const struckMs = monotonicMs();
    const ended = [stateOf(peer.process.pid), stateOf(bystander.pid)];
    const { frames: unbidden } = await capture.stop();
    const answers = await lab.wire.capture();
    await monitor.ask("write", { octets: 5 });
    await monitor.send(10);
    const during = await monitor.tell();
    const { frames } = await answers.stop();
    await fault.heal(context);
    const successor = await speaker(lab, "peer");
    await Promise.all([monitor.send(10, 2), successor.send(10, 2)]);
    const [after, atSuccessor] = [await monitor.tell(), await successor.tell()];
    const incoming = (list) =>
      list.filter(({ direction }) => direction === "in").map(({ content }) => content);
    return {
      instant,
      lastedMs: struckMs - instant.atMs,
      ended,
      unbidden: incoming(unbidden),
      answers: incoming(frames),
      during,
      after,
      atSuccessor,
    };
  },

  /** Both ends send datagrams all the time while a fault strikes that ends by itself. */
  async passingFault(name) {
    const { lab, monitor, peer } = await labWithSpeakers();
    const fault = faultNamed(name);
    const context = contextOf(lab, monitor, peer);
    const everyMs = 50;
    const count = Math.ceil((fault.lastsMs + 1500) / everyMs);
    const sent = peer.ask("sendStamped", { count, atOnce: 1, everyMs });
    await sleep(300);
    const instant = await fault.strike(context);
    await sleep(Math.max(0, instant.atMs + fault.lastsMs - monotonicMs()));
    await sent;
    const [{ arrivals }, heard] = [await monitor.ask("arrivals"), await monitor.tell()];
    await fault.heal(context);
    return { instant, lastsMs: fault.lastsMs, count, arrivals, errors: heard.errors };
  },

  /** A path that is bad for a while: numbered datagrams both ways while it is, and after it. */
  async badPath(name, count) {
    const { lab, monitor, peer } = await labWithSpeakers();
    const fault = faultNamed(name);
    const context = contextOf(lab, monitor, peer);
    const instant = await fault.strike(context);
    const send = (number) => ({ count: number, atOnce: 5, everyMs: 4 });
    const speak = (number) => Promise.all([monitor, peer].map((end) => end.ask("sendStamped", send(number))));
    await speak(Number(count));
    await sleep(100);
    const [toMonitor, toPeer] = await Promise.all([monitor, peer].map((end) => end.ask("arrivals")));
    await fault.heal(context);
    await speak(100);
    const [afterToMonitor, afterToPeer] = await Promise.all(
      [monitor, peer].map((end) => end.ask("arrivals")),
    );
    const took = ({ arrivals }, skip = 0) => arrivals.slice(skip).map(({ sentMs, atMs }) => atMs - sentMs);
    return {
      instant,
      toMonitorMs: took(toMonitor),
      toPeerMs: took(toPeer),
      healedToMonitorMs: took(afterToMonitor, toMonitor.arrivals.length),
      healedToPeerMs: took(afterToPeer, toPeer.arrivals.length),
    };
  },

  /** Two callers behind a NAT are quiet; one has keepalive. Then both speak again, and so does the listener. */
  async nat() {
    const fault = faultNamed("nat-expired");
    const lab = await createLab("test");
    await fault.prepare(lab);
    const pairs = await Promise.all(
      [undefined, 1000].map(async (keepAliveMs) => {
        const listener = await ask(lab, "peer", "caller.mjs");
        const caller = await ask(lab, "monitor", "caller.mjs");
        const ports = await listener.ask("listen");
        await caller.ask("call", { address: lab.addresses.peer, ...ports, keepAliveMs });
        await caller.ask("say");
        await caller.ask("sendDatagram");
        return { listener, caller };
      }),
    );
    const tellAll = () =>
      Promise.all(
        pairs.map(async ({ listener, caller }) => ({
          caller: await caller.ask("tell"),
          listener: await listener.ask("tell"),
        })),
      );
    const before = await tellAll();
    const instant = await fault.strike({ lab });
    await sleep(2.2 * fault.effect.forMs);
    const capture = await lab.wire.capture();
    for (const { listener } of pairs) await listener.ask("push");
    for (const { caller } of pairs) await caller.ask("say");
    await sleep(300);
    const after = await tellAll();
    const { frames } = await capture.stop();
    for (const { caller } of pairs) await caller.ask("sendDatagram"); // Makes a new mapping.
    const renewed = await tellAll();
    await fault.heal({ lab });
    const refusals = frames.filter(
      ({ content }) => content.protocol === "icmp" || content.flags?.includes("RST"),
    );
    return { instant, before, after, renewed, refusals };
  },

  /** Somebody calls through a proxy, with keepalive; then the backend's host vanishes. */
  async proxy() {
    const fault = faultNamed("silent-behind-proxy");
    const lab = await createLab("test");
    const listener = await ask(lab, "peer", "caller.mjs");
    const caller = await ask(lab, "monitor", "caller.mjs");
    const { tcpPort, udpPort } = await listener.ask("listen");
    const tcp = await fault.detour(lab, { end: "peer", protocol: "tcp", ports: [tcpPort] });
    const udp = await fault.detour(lab, { end: "peer", protocol: "udp", ports: [udpPort] });
    await caller.ask("call", {
      address: tcp.address,
      tcpPort: tcp.ports[0],
      udpPort: udp.ports[0],
      keepAliveMs: 1000,
    });
    await caller.ask("say");
    await caller.ask("sendDatagram");
    const [before, atListener] = [await caller.ask("tell"), await listener.ask("tell")];
    const capture = await lab.wire.capture();
    const instant = await fault.strike({ lab });
    await sleep(2500);
    await caller.ask("say");
    await caller.ask("sendDatagram");
    const during = await caller.ask("tell");
    const { frames } = await capture.stop();
    await fault.heal({ lab });
    const after = await caller.ask("tell");
    const marks = frames.map(({ content }) => content.mark).filter((mark) => mark !== undefined);
    return { addresses: [tcp.address, udp.address], before, atListener, instant, marks, during, after };
  },
};
