import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatEndpoint, parseTcpTable, type TcpTableRow } from "../src/doctor/tcp-table.js";
import { HEADING, printRow } from "./support/tcp-row.js";

/** As Linux 6.18 printed them on a little-endian machine. */
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1060 1 000000003a0c4869 100 0 0 10 0                      
   1: 0100007F:EA1C 0100007F:A3A9 01 00000000:00000000 02:00000B99 00000000     0        0 2690620 3 00000000e1d53b1d 20 0 0 10 -1                  
   2: 0100005B:B0F2 0600005C:1B58 01 00000005:00000000 01:00000154 00000004  1000        0 77 2 00000000e1d53b1d 640 4 26 1 7
   3: 0100007F:A3A9 0100007F:EA1C 06 00000000:00000000 03:00001770 00000000     0        0 0 3 00000000e1d53b1d
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:A3A9 0000000000000000FFFF00000100007F:EA1C 01 00000000:00000000 00:00000000 00000000     0        0 2690622 1 00000000350ff13b 20 0 0 10 -1
   1: B80D0120000000000000000001000000:DD42 00000000000000000000000001000000:A3A9 01 00000000:00000000 02:000AFC80 00000000     0        3 2690623 1 00000000f830aa37 20 0 0 10 -1
`;

describe("parseTcpTable", () => {
  test("reads addresses, timers and counters of IPv4 connections", () => {
    const { rows, malformed } = parseTcpTable(TCP, "LE");
    expect(malformed).toBe(0);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({ state: 10, local: { address: "0.0.0.0", port: 2024 }, inode: 1060 });
    expect(rows[1]).toEqual({
      local: { address: "127.0.0.1", port: 59932 },
      peer: { address: "127.0.0.1", port: 41897 },
      state: 1,
      sendQueue: 0,
      timer: { kind: "keepalive", expiresInMs: 29690 },
      retransmits: 0,
      unansweredProbes: 0,
      uid: 0,
      inode: 2690620,
    });
    expect(rows[2]).toMatchObject({
      peer: { address: "92.0.0.6", port: 7000 },
      sendQueue: 5,
      timer: { kind: "retransmission", expiresInMs: 3400 },
      retransmits: 4,
      uid: 1000,
    });
    expect(rows[3]).toMatchObject({ state: 6, timer: { kind: "time-wait" }, inode: 0 });
  });

  test("reads IPv6 addresses, also those that stand for IPv4, and unanswered probes", () => {
    const { rows, malformed } = parseTcpTable(TCP6, "LE");
    expect(malformed).toBe(0);
    expect(rows.map(({ local, peer }) => [formatEndpoint(local), formatEndpoint(peer)])).toEqual([
      ["[::ffff:127.0.0.1]:41897", "[::ffff:127.0.0.1]:59932"],
      ["[2001:db8::1]:56642", "[::1]:41897"],
    ]);
    expect(rows[1]).toMatchObject({
      timer: { kind: "keepalive", expiresInMs: 7_200_000 },
      unansweredProbes: 3,
    });
  });

  test("reads the addresses of a big-endian kernel", () => {
    const line =
      "   0: 7F000001:0016 0A000002:C350 01 00000000:00000000 00:00000000 00000000     0        0 5 1";
    const [row] = parseTcpTable(`${HEADING}${line}\n`, "BE").rows;
    expect(row).toMatchObject({
      local: { address: "127.0.0.1", port: 22 },
      peer: { address: "10.0.0.2", port: 50000 },
    });
  });

  test.each([
    ["nothing", ""],
    ["a heading only", HEADING],
  ])("finds no rows in %s", (_, text) => {
    expect(parseTcpTable(text, "LE")).toEqual({ rows: [], malformed: 0 });
  });

  test.each([
    ["cut short", "   1: 0100007F:EA1C 0100007F:A3A9 01 00000000:000"],
    ["an address too long", TCP.split("\n")[2]!.replace("0100007F:EA1C", "0100007F01:EA1C")],
    ["a timer that does not exist", TCP.split("\n")[2]!.replace(" 02:", " 05:")],
    ["no inode", TCP.split("\n")[2]!.replace(/2690620.*/, "")],
    ["words", "hello"],
  ])("counts a malformed line and reads the others: %s", (_, line) => {
    const { rows, malformed } = parseTcpTable(`${TCP}${line}\n`, "LE");
    expect(malformed).toBe(1);
    expect(rows).toHaveLength(4);
  });

  const number = (max: number) => fc.integer({ min: 0, max });
  const endpoint = fc.record({ address: fc.ipV4(), port: number(65_535) });
  const row: fc.Arbitrary<TcpTableRow> = fc.record({
    local: endpoint,
    peer: endpoint,
    state: number(12),
    sendQueue: number(0xffff_ffff),
    timer: fc.record({
      kind: fc.constantFrom("none", "retransmission", "keepalive", "time-wait", "window-probe"),
      expiresInMs: number(0xffff_ffff).map((ticks) => ticks * 10),
    }),
    retransmits: number(255),
    unansweredProbes: number(255),
    uid: number(0xffff_fffe),
    inode: number(0xffff_ffff),
  });

  test("reads back what the kernel's format string prints", () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const text = HEADING + rows.map((row, index) => printRow(row, index)).join("");
        expect(parseTcpTable(text, "LE")).toEqual({ rows, malformed: 0 });
      }),
    );
  });

  test("never throws, accounts for every line, and gives only addresses that are some", () => {
    const mangled = fc
      .tuple(fc.constantFrom(TCP, TCP6), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([text, at, insert]) => {
        const index = at % text.length;
        return `${text.slice(0, index)}${insert}${text.slice(index + 1)}`;
      });
    fc.assert(
      fc.property(
        fc.oneof(mangled, fc.string()),
        fc.constantFrom("LE" as const, "BE" as const),
        (text, order) => {
          const { rows, malformed } = parseTcpTable(text, order);
          expect(rows.length + malformed).toBe(
            text
              .split("\n")
              .slice(1)
              .filter((line) => line !== "").length,
          );
          for (const { local, peer } of rows) {
            expect(isIP(local.address)).not.toBe(0);
            expect(isIP(peer.address)).not.toBe(0);
          }
        },
      ),
    );
  });
});
