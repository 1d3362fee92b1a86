import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { platformOptions } from "../src/option-numbers.js";
import { HEADER_TRANSCRIPTS, IPPROTO_TCP } from "./fixtures/option-headers.js";

const TCP_HEADER = "/usr/include/linux/tcp.h";
const SOCKET_HEADER = "/usr/include/asm-generic/socket.h";
const IP_HEADER = "/usr/include/linux/in.h";
const missing = [TCP_HEADER, SOCKET_HEADER, IP_HEADER].filter((file) => !existsSync(file));

/** The value of a `#define`, or of an enumerator, in a C header. */
function constantOf(header: string, name: string): number {
  const text = readFileSync(header, "utf8");
  const found = new RegExp(
    `^\\s*(?:#\\s*define\\s+${name}\\s+|${name}\\s*=\\s*)(0x[\\da-f]+|\\d+)\\b`,
    "im",
  ).exec(text);
  if (found === null) throw new Error(`no ${name} in ${header}`);
  return Number(found[1]);
}

describe.skipIf(missing.length > 0)(
  `Linux's numbers, by this machine's headers (${missing.length > 0 ? `missing: ${missing}` : "found"})`,
  () => {
    const tcp = (name: string) => ({
      level: constantOf(IP_HEADER, "IPPROTO_TCP"),
      name: constantOf(TCP_HEADER, name),
    });

    it("are those of the headers", () => {
      expect(platformOptions("linux")).toEqual({
        numbers: {
          enabled: {
            level: constantOf(SOCKET_HEADER, "SOL_SOCKET"),
            name: constantOf(SOCKET_HEADER, "SO_KEEPALIVE"),
          },
          idle: tcp("TCP_KEEPIDLE"),
          interval: tcp("TCP_KEEPINTVL"),
          probes: tcp("TCP_KEEPCNT"),
          userTimeout: tcp("TCP_USER_TIMEOUT"),
        },
      });
    });
  },
);

describe.each(HEADER_TRANSCRIPTS)("$platform's numbers, by $sources.0", (header) => {
  const known = platformOptions(header.platform);

  it("are those of the headers", () => {
    const tcp = (name: number) => ({ level: IPPROTO_TCP, name });
    expect(known?.numbers).toEqual({
      enabled: { level: header.SOL_SOCKET, name: header.SO_KEEPALIVE },
      idle: tcp(header.idle),
      interval: tcp(header.TCP_KEEPINTVL),
      probes: tcp(header.TCP_KEEPCNT),
    });
  });

  it("take no option for a user timeout that means something else, and say so", () => {
    const used = Object.values(known?.numbers ?? {}).map(({ name }) => name);
    for (const lookalike of Object.values(header.lookalikes)) expect(used).not.toContain(lookalike);
    expect(known?.whyNoUserTimeout).toMatch(new RegExp(Object.keys(header.lookalikes).join("|")));
  });
});

it("knows no other system", () => {
  for (const platform of ["aix", "android", "cygwin", "haiku", "netbsd", "openbsd", "sunos"] as const) {
    expect(platformOptions(platform)).toBeUndefined();
  }
});
