import { defineConfig } from 'vitest/config';

const project = (name: string, more: Record<string, unknown> = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...more },
});

/** One project per folder of test/; end-to-end tests run two files at a time: each starts whole programs, and much of their time is waiting. */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      project('unit'),
      project('guarantees'),
      project('conformance'),
      project('simulation', { testTimeout: 600_000 }),
      project('tidy', { testTimeout: 120_000 }),
      // After the others: whole programs beside a busy machine would only be slow to start.
      project('e2e', { maxWorkers: 2, testTimeout: 180_000, sequence: { groupOrder: 1 } }),
    ],
  },
});
