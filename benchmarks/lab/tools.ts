import { createLab, type Lab } from "./lab.js";

/** What a lab can do only where this machine has the means. */
export type LabTool = "capture" | "impairment" | "nat" | "proxy";

/** Whether a lab can do it here. */
export type ToolSupport =
  | {
      readonly kind: "available";
      /** What does it. */
      readonly means: string;
    }
  | {
      readonly kind: "missing";
      /** What is missing and what to do about it, such as the Debian package to install. */
      readonly why: string;
    };

/** Each does its part once, in a lab of its own, and says by what means. */
const REHEARSALS: Readonly<Record<LabTool, (lab: Lab) => Promise<string>>> = {
  async capture({ wire }) {
    await (await wire.capture()).stop();
    return "a packet socket";
  },
  async impairment({ router }) {
    await router.impair({ toPeer: { lossRate: 0.5 }, toMonitor: { delayMs: 1 } });
    const report = await router.unimpair();
    return report?.means === "netem"
      ? "netem"
      : "a process behind a TUN device, since this kernel has no netem";
  },
  async nat({ router }) {
    await router.translate({ timeoutMs: 1000 });
    return "nftables";
  },
  async proxy({ router }) {
    await Promise.all(
      (["tcp", "udp"] as const).map((protocol) => router.proxy({ ...ANY_UPSTREAM, protocol })),
    );
    return "nginx";
  },
};

const ANY_UPSTREAM = { end: "peer", ports: [9] } as const;

/**
 * Finds out what a lab can do on this machine besides the basics, by doing it (half a second).
 *
 * @throws Error if this process does not run inside `enterLab`
 */
export async function labTools(): Promise<Readonly<Record<LabTool, ToolSupport>>> {
  const [capture, impairment, nat, proxy] = await Promise.all([
    rehearse("capture"),
    rehearse("impairment"),
    rehearse("nat"),
    rehearse("proxy"),
  ]);
  return { capture, impairment, nat, proxy };
}

async function rehearse(tool: LabTool): Promise<ToolSupport> {
  const lab = await createLab(`rehearsal-of-${tool}`);
  try {
    return { kind: "available", means: await REHEARSALS[tool](lab) };
  } catch (error) {
    return { kind: "missing", why: error instanceof Error ? error.message : String(error) };
  } finally {
    await lab.close();
  }
}
