import { expect, test } from "vitest";
import { EndedSessions } from "../src/ended-sessions.js";

test("a session is remembered for its time, at its address only", () => {
  let nowMs = 0;
  const ended = new EndedSessions(() => nowMs);
  ended.remember("10.0.0.1:1", 7, 1000);
  nowMs = 999;
  expect(ended.has("10.0.0.1:1", 7)).toBe(true);
  expect(ended.has("10.0.0.1:1", 8)).toBe(false);
  expect(ended.has("10.0.0.1:2", 7)).toBe(false);
  nowMs = 1000;
  expect(ended.has("10.0.0.1:1", 7)).toBe(false);
});

test("of very many, the latest 1024 are remembered, and no more", () => {
  const ended = new EndedSessions(() => 0);
  for (let session = 0; session < 5000; session++) ended.remember("peer", session, Number.POSITIVE_INFINITY);
  const remembered = Array.from({ length: 5000 }, (_, session) => session).filter((id) =>
    ended.has("peer", id),
  );
  expect(remembered).toEqual(Array.from({ length: 1024 }, (_, index) => 5000 - 1024 + index));
});

test("one that ends again is the youngest again", () => {
  const ended = new EndedSessions(() => 0);
  for (let session = 0; session < 1024; session++) ended.remember("peer", session, 1000);
  ended.remember("peer", 0, 1000);
  ended.remember("peer", 1024, 1000);
  expect(ended.has("peer", 0)).toBe(true);
  expect(ended.has("peer", 1)).toBe(false);
});
