import { checkKeepaliveSettings, type KeepaliveSettings } from "@heartwire/core";
import { formatSoKeepalive, type SoKeepalive, type SoKeepaliveSettings } from "@heartwire/tcp-keepalive";

/** The same setting, as another program or language has it. */
export interface Equivalent {
  readonly name: string;
  readonly lines: readonly string[];
  /** What it cannot express. */
  readonly note?: string;
}

const NO_USER_TIMEOUT = "has nothing for the user timeout";

/**
 * The setting in the words of others. Parts that are left to the system are left to it there too, where that is
 * possible: Node's own method wants all three or none, so the system's present values stand in.
 *
 * @param full with the system's values in it; or why there are none
 */
export function equivalentsOf(
  parsed: SoKeepalive,
  full: KeepaliveSettings | string,
  userTimeoutMs: number,
): readonly Equivalent[] {
  const noUserTimeout = userTimeoutMs > 0 ? { note: NO_USER_TIMEOUT } : {};
  return [
    ...nodeEquivalents(parsed, full, userTimeoutMs),
    { name: "nginx", lines: [`listen 443 so_keepalive=${formatSoKeepalive(parsed)};`], ...noUserTimeout },
    sysctlEquivalent(parsed, userTimeoutMs),
    { name: "C", lines: cLines(parsed, userTimeoutMs) },
    { name: "Netty (epoll)", lines: nettyLines(parsed, userTimeoutMs) },
    { name: "JDK 11 and later", lines: jdkLines(parsed), ...noUserTimeout },
  ];
}

function nodeEquivalents(
  parsed: SoKeepalive,
  full: KeepaliveSettings | string,
  userTimeoutMs: number,
): readonly Equivalent[] {
  const ours = "Node, with @heartwire/tcp-keepalive";
  const noUserTimeout = userTimeoutMs > 0 ? { note: NO_USER_TIMEOUT } : {};
  if (parsed.kind === "off") {
    return [{ name: "Node", lines: ["socket.setKeepAlive(false);"], ...noUserTimeout }];
  }
  const fields = Object.entries({ ...parsed.settings, ...(userTimeoutMs > 0 && { userTimeoutMs }) });
  const literal = fields.length === 0 ? "{}" : `{ ${fields.map((field) => field.join(": ")).join(", ")} }`;
  return [
    { name: ours, lines: [`applyKeepalive(socket, ${literal});`] },
    plainNode(parsed.settings, full, userTimeoutMs),
  ];
}

/** Node's own method: nothing but on, or all three. */
function plainNode(
  given: SoKeepaliveSettings,
  full: KeepaliveSettings | string,
  userTimeoutMs: number,
): Equivalent {
  const missing = userTimeoutMs > 0 ? [NO_USER_TIMEOUT] : [];
  const withNotes = (name: string, lines: readonly string[], notes: readonly string[]): Equivalent =>
    notes.length === 0 ? { name, lines } : { name, lines, note: notes.join("; ") };
  const parts = Object.keys(given).length;
  if (parts === 0) return withNotes("Node", ["socket.setKeepAlive(true);"], missing);
  const name = "Node 24.19, 26.4 and later";
  const why = typeof full === "string" ? full : whyNoSocketTakes(full);
  if (why !== undefined) return withNotes(name, [], [`needs every value, and ${why}`]);
  const { idleMs, intervalMs, probes } = full as KeepaliveSettings;
  const standIns =
    parts < 3 ? ["leaves nothing to the system: its present values stand in", ...missing] : missing;
  return withNotes(name, [`socket.setKeepAlive(true, ${idleMs}, ${intervalMs}, ${probes});`], standIns);
}

/** A system's values may be beyond what a socket can be given; `undefined`: these are not. */
function whyNoSocketTakes(settings: KeepaliveSettings): string | undefined {
  try {
    checkKeepaliveSettings(settings);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return `no socket can be given the system's: ${error.message}`;
    throw error;
  }
}

function sysctlEquivalent(parsed: SoKeepalive, userTimeoutMs: number): Equivalent {
  const name = "/etc/sysctl.d/60-keepalive.conf";
  const only = "holds only for sockets that turn keepalive on and set nothing else; it turns none on or off";
  const note = userTimeoutMs > 0 ? `${only}; ${NO_USER_TIMEOUT}` : only;
  if (parsed.kind === "off") return { name, lines: [], note };
  const lines = givenOf(parsed).map(({ sysctl, value }) => `net.ipv4.${sysctl} = ${value}`);
  return { name, lines, note };
}

function cLines(parsed: SoKeepalive, userTimeoutMs: number): readonly string[] {
  const options = [
    { level: "SOL_SOCKET", name: "SO_KEEPALIVE", value: parsed.kind === "on" ? 1 : 0 },
    ...givenOf(parsed).map(({ c, value }) => ({ level: "IPPROTO_TCP", name: c, value })),
    ...(userTimeoutMs > 0 ? [{ level: "IPPROTO_TCP", name: "TCP_USER_TIMEOUT", value: userTimeoutMs }] : []),
  ];
  return options.map(
    ({ level, name, value }) => `setsockopt(fd, ${level}, ${name}, &(int){${value}}, sizeof(int));`,
  );
}

function nettyLines(parsed: SoKeepalive, userTimeoutMs: number): readonly string[] {
  return [
    `bootstrap.option(ChannelOption.SO_KEEPALIVE, ${parsed.kind === "on"});`,
    ...givenOf(parsed).map(({ netty, value }) => `bootstrap.option(EpollChannelOption.${netty}, ${value});`),
    ...(userTimeoutMs > 0
      ? [`bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, ${userTimeoutMs});`]
      : []),
  ];
}

function jdkLines(parsed: SoKeepalive): readonly string[] {
  return [
    `socket.setOption(StandardSocketOptions.SO_KEEPALIVE, ${parsed.kind === "on"});`,
    ...givenOf(parsed).map(({ jdk, value }) => `socket.setOption(ExtendedSocketOptions.${jdk}, ${value});`),
  ];
}

/** The parts that are not left to the system, in seconds and probes, under each name they have. */
function givenOf(parsed: SoKeepalive) {
  if (parsed.kind === "off") return [];
  const { idleMs, intervalMs, probes } = parsed.settings;
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
  const all = [
    {
      value: seconds(idleMs),
      sysctl: "tcp_keepalive_time",
      c: "TCP_KEEPIDLE",
      netty: "TCP_KEEPIDLE",
      jdk: "TCP_KEEPIDLE",
    },
    {
      value: seconds(intervalMs),
      sysctl: "tcp_keepalive_intvl",
      c: "TCP_KEEPINTVL",
      netty: "TCP_KEEPINTVL",
      jdk: "TCP_KEEPINTERVAL",
    },
    {
      value: probes,
      sysctl: "tcp_keepalive_probes",
      c: "TCP_KEEPCNT",
      netty: "TCP_KEEPCNT",
      jdk: "TCP_KEEPCOUNT",
    },
  ];
  return all.flatMap((names) => (names.value === undefined ? [] : [{ ...names, value: names.value }]));
}
