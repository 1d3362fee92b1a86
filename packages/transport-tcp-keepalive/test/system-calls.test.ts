import { describe, expect, it } from "vitest";
import { loadSystemCalls } from "../src/system-calls.js";

describe("loadSystemCalls", () => {
  it("asks for koffi alone", () => {
    const names: string[] = [];
    loadSystemCalls((name) => {
      names.push(name);
      throw new Error("absent");
    });
    expect(names).toEqual(["koffi"]);
  });

  it("says that the module is absent", () => {
    const calls = loadSystemCalls(() => {
      throw Object.assign(new Error("Cannot find module 'koffi'\nRequire stack:\n- x"), {
        code: "MODULE_NOT_FOUND",
      });
    });
    expect(calls).toEqual({ kind: "unavailable", why: "koffi could not be loaded (MODULE_NOT_FOUND)" });
  });

  it("says that the module has no binary for this machine, in one line", () => {
    const calls = loadSystemCalls(() => {
      throw new Error("Cannot find the native Koffi module\nmore");
    });
    expect(calls).toMatchObject({ why: "koffi could not be loaded (Cannot find the native Koffi module)" });
  });

  it("survives a koffi that is none", () => {
    expect(loadSystemCalls(() => ({}))).toMatchObject({ kind: "unavailable" });
  });

  it("names the errno of a failing call", () => {
    const failing = loadSystemCalls(() => ({
      load: () => ({ func: () => () => -1 }),
      errno: () => 22,
    }));
    if (failing.kind === "unavailable") throw new Error(failing.why);
    expect(failing.setOption(3, { level: 6, name: 4 }, 0)).toBe("EINVAL");
    expect(failing.getOption(3, { level: 6, name: 4 })).toBe("EINVAL");
    expect(failing.getStructure(3, { level: 6, name: 11 }, new Uint8Array(8))).toBe("EINVAL");
  });
});
