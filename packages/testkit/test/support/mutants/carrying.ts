import type { Heartbeat } from "@heartwire/core";
import { memoryFixture } from "../memory-fixture.js";
import { tamper } from "../tamper.js";
import { broken, brokenSend, type Mutant, withHooks } from "./mutant.js";

function corrupted(heartbeat: Heartbeat): Heartbeat {
  if (heartbeat.kind === "bye" || heartbeat.payload === undefined) return heartbeat;
  return { ...heartbeat, payload: heartbeat.payload.map((octet) => octet ^ 1) };
}

export const carryingMutants: readonly Mutant[] = [
  {
    name: "corrupts payloads",
    caughtBy: "every beat arrives",
    message: /sent by the near end/,
    setup: brokenSend((heartbeat, link) => link.send(corrupted(heartbeat))),
  },
  {
    name: "reads seq as a signed number",
    caughtBy: "every beat arrives",
    message: /seq is no uint32/,
    setup: broken(() => ({
      listener: (listener) => ({
        received: (heartbeat) =>
          listener.received(heartbeat.kind === "bye" ? heartbeat : { ...heartbeat, seq: heartbeat.seq | 0 }),
      }),
    })),
  },
  {
    name: "hands out its receive buffer",
    caughtBy: "every beat arrives",
    message: /which later became/,
    setup: broken(() => {
      const buffer = new Uint8Array(255);
      return {
        listener: (listener) => ({
          received(heartbeat) {
            if (heartbeat.kind === "bye" || heartbeat.payload === undefined)
              return listener.received(heartbeat);
            buffer.set(heartbeat.payload);
            listener.received({ ...heartbeat, payload: buffer.subarray(0, heartbeat.payload.length) });
          },
        }),
      };
    }),
  },
  {
    name: "drops what is sent within received()",
    caughtBy: "every probe arrives",
    message: /the far end to receive echo/,
    setup: broken(() => {
      let isReceiving = false;
      return {
        listener: (listener) => ({
          received(heartbeat) {
            isReceiving = true;
            listener.received(heartbeat);
            isReceiving = false;
          },
        }),
        link: (link) => ({
          send(heartbeat) {
            if (!isReceiving) link.send(heartbeat);
          },
        }),
      };
    }),
  },
  {
    name: "answers no probe although it declares so",
    caughtBy: "every probe is answered by the peer's link",
    message: /the near end to receive echo/,
    setup: () => memoryFixture(),
    capabilities: { probesAnsweredBy: "link", carries: ["beat", "probe", "bye"] },
  },
  {
    name: "swallows bye",
    caughtBy: "bye arrives, each way",
    message: /the far end to receive bye/,
    setup: brokenSend((heartbeat, link) => {
      if (heartbeat.kind !== "bye") link.send(heartbeat);
    }),
  },
  {
    name: "drops a bye when it is closed",
    caughtBy: "a bye sent just before close()",
    message: /the near end to receive bye/,
    setup: withHooks(({ far }) => ({
      far: tamper(far, {
        link(link) {
          let bye: NodeJS.Immediate | undefined;
          return {
            send(heartbeat) {
              if (heartbeat.kind === "bye") bye = setImmediate(() => link.send(heartbeat));
              else link.send(heartbeat);
            },
            close() {
              clearImmediate(bye);
              link.close();
            },
          };
        },
      }),
    })),
  },
  ...(["beat", "probe", "echo", "bye"] as const).map(
    (kind): Mutant => ({
      name: `carries ${kind} without declaring it`,
      caughtBy: `${kind} is declared as not carried`,
      message: /received by the (near|far) end/,
      setup: () => memoryFixture(),
      capabilities: {
        carries: (["beat", "probe", "echo", "bye"] as const).filter((each) => each !== kind),
      },
    }),
  ),
  {
    name: "drops every tenth heartbeat",
    caughtBy: "heartbeats sent one after the other",
    message: /the far end to receive/,
    setup: broken(() => {
      let count = 0;
      return {
        link: (link) => ({
          send(heartbeat) {
            count++;
            if (count % 10 !== 0) link.send(heartbeat);
          },
        }),
      };
    }),
  },
  {
    name: "sends the last of a turn first",
    caughtBy: "sent in one turn",
    message: /order of arrival/,
    setup: broken(() => {
      const stack: Heartbeat[] = [];
      return {
        link: (link) => ({
          send(heartbeat) {
            stack.push(heartbeat);
            setImmediate(() => {
              const latest = stack.pop();
              if (latest !== undefined) link.send(latest);
            });
          },
        }),
      };
    }),
  },
  {
    name: "doubles heartbeats",
    caughtBy: "sent in one turn",
    message: /twice|sent by the near end/,
    setup: brokenSend((heartbeat, link) => {
      link.send(heartbeat);
      link.send(heartbeat);
    }),
  },
  {
    name: "throws on an impossible payload",
    caughtBy: "an impossible heartbeat",
    message: /threw RangeError/,
    setup: brokenSend((heartbeat, link) => {
      if (heartbeat.kind !== "bye" && heartbeat.payload?.length === 256) throw new RangeError("256 octets");
      link.send(heartbeat);
    }),
  },
  {
    name: "cuts long payloads",
    caughtBy: "a payload of 101 octets",
    message: /payload/,
    setup: brokenSend((heartbeat, link) => {
      if (heartbeat.kind === "bye" || heartbeat.payload === undefined) link.send(heartbeat);
      else link.send({ ...heartbeat, payload: heartbeat.payload.slice(0, 100) });
    }),
    capabilities: { maxPayloadOctets: 100 },
  },
];
