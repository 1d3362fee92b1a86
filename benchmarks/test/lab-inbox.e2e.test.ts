import { describe, expect, it } from "vitest";
import { parseFrameCounters } from "../lab/frame-counters.js";
import { Inbox } from "../lab/inbox.js";

describe("an inbox", () => {
  it("hands out each message once, in order, to those who came first", async () => {
    const inbox = new Inbox<string>();
    inbox.push("a");
    const readers = [inbox.receive(), inbox.receive(), inbox.receive()];
    inbox.push("b");
    inbox.push("c");
    expect(await Promise.all(readers)).toEqual(["a", "b", "c"]);
  });

  it("loses nothing when a reader gives up", async () => {
    const inbox = new Inbox<string>();
    const impatience = new AbortController();
    const impatient = inbox.receive(impatience.signal);
    const patient = inbox.receive();
    impatience.abort(new Error("too long"));
    inbox.push("a");
    await expect(impatient).rejects.toThrow("too long");
    expect(await patient).toBe("a");
  });

  it("hands out what has arrived before it says that no more will come", async () => {
    const inbox = new Inbox<string>();
    inbox.push("a");
    inbox.end(new Error("gone"));
    expect(await inbox.receive()).toBe("a");
    await expect(inbox.receive()).rejects.toThrow("gone");
  });

  it("ends a loop over it when no more will come", async () => {
    const inbox = new Inbox<string>();
    setImmediate(() => {
      inbox.push("a");
      inbox.push("b");
      inbox.end(new Error("gone"));
    });
    const read: string[] = [];
    for await (const message of inbox) {
      read.push(message);
    }
    expect(read).toEqual(["a", "b"]);
  });
});

describe("the frame counters", () => {
  it("say which port they have looked for in vain", () => {
    expect(() => parseFrameCounters("lo: 0 0", "monitor")).toThrow(/does not list the port "monitor"/);
    expect(() => parseFrameCounters("monitor: 0 0", "monitor")).toThrow(/too few columns .* "monitor"/);
  });
});
