import { strict as assert } from "node:assert";
import { type ConformanceCase, linkCase, type Subject } from "./case.js";
import { End } from "./end.js";
import type { CloseKind, LinkFixture } from "./fixture.js";
import type { Links } from "./links.js";

/** The cases about how a link ends by itself. */
export function endingCases(subject: Subject): readonly ConformanceCase[] {
  const { brokenAs, endedAs, unreachableAs } = subject.capabilities;
  return [
    ...endCases(subject, "an abrupt break of the far end", "breakFar", brokenAs),
    ...endCases(subject, "an orderly end of the path", "endFar", endedAs),
    ...(unreachableAs === undefined ? [] : [failingConnect(subject, unreachableAs)]),
    ...(subject.capabilities.sharedWithApplication ? [applicationData(subject)] : []),
  ];
}

function endCases(
  subject: Subject,
  what: string,
  hook: "breakFar" | "endFar",
  kinds: readonly CloseKind[] | undefined,
): readonly ConformanceCase[] {
  if (kinds === undefined) return [];
  const end = (links: Links): Promise<void> => links.hook(hook, links.fixture[hook]);
  if (kinds.length === 0) {
    return [
      linkCase(subject, `${what} goes unnoticed by the near end, as declared`, async (links) => {
        await links.opened();
        await links.withTraffic(async () => {
          await end(links);
          await links.quiet();
        });
        assert.equal(links.near.listener.count("closed"), 0, "closed() at the near end");
      }),
    ];
  }
  return [
    linkCase(subject, `${what} closes the near end once, as ${kinds.join(" or ")}`, async (links) => {
      await links.opened();
      await links.withTraffic(async () => {
        await end(links);
        await awaitClosed(links, links.near);
      });
      // Sending after closed(), as withTraffic may have done already, must neither throw nor be answered.
      links.near.send(links.sample(links.near.nextSeq()));
      await links.quiet();
      assertClosedAs(links.near, kinds);
    }),
  ];
}

function failingConnect(subject: Subject, kinds: readonly CloseKind[]): ConformanceCase {
  return linkCase(
    subject,
    `a connect that fails closes the link once, as ${kinds.join(" or ")}`,
    async (links) => {
      const { nobody } = links.fixture as Required<LinkFixture>;
      const lone = new End("lone", nobody);
      lone.open();
      const timer = setInterval(() => lone.send(links.sample(lone.nextSeq())), 20);
      try {
        await awaitClosed(links, lone);
        await links.quiet();
      } finally {
        clearInterval(timer);
        lone.close();
      }
      assertClosedAs(lone, kinds);
      assert.deepEqual(lone.violations, []);
    },
  );
}

function applicationData(subject: Subject): ConformanceCase {
  return linkCase(
    subject,
    "the application's own data arrives as active(), and the link goes on",
    async (links) => {
      await links.opened();
      for (let count = 0; count < 3; count++) {
        const before = links.near.listener.count("active");
        await links.hook("sendApplicationData", links.fixture.sendApplicationData);
        await links.waitFor(links.near, (l) => l.count("active") > before, "the near end to be active");
        await links.expectWorking();
      }
      assert.deepEqual(links.near.listener.rejections, [], "application data is no rejected frame");
    },
  );
}

function awaitClosed(links: Links, end: End): Promise<void> {
  return links.waitFor(end, (l) => l.count("closed") > 0, `the ${end.name} end to be closed`);
}

function assertClosedAs(end: End, kinds: readonly CloseKind[]): void {
  const closed = end.listener.calls.flatMap((call) => (call.call === "closed" ? [call.reason] : []));
  assert.equal(closed.length, 1, `closed() at the ${end.name} end`);
  const kind = closed[0]?.kind ?? "orderly";
  assert.ok(kinds.includes(kind), `closed as ${JSON.stringify(closed[0])}, declared: ${kinds.join(", ")}`);
}
