import { defineConfig } from "vitest/config";

// Packages resolve to their sources, so tests need no build.
const conditions = ["heartwire-source", "module", "node", "development|production"];
const common = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  root,
  test: {
    projects: [
      {
        ...common,
        root,
        test: {
          name: "unit",
          include: ["{packages/*,benchmarks,examples}/test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.e2e.test.ts"],
          // Virtual time, but thousands of runs: a busy machine takes longer.
          testTimeout: 60_000,
        },
      },
      {
        ...common,
        root,
        test: {
          // Real sockets, processes and namespaces: one file at a time, so that they do not starve each other.
          name: "end-to-end",
          include: ["{packages/*,benchmarks,examples}/test/**/*.e2e.test.ts"],
          exclude: ["**/node_modules/**"],
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
