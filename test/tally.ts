/** How many tests or checks ended how. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of vitest's JSON report that is read here. */
export interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/** The line every run ends with; parsed by .ci/run. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * Counts a finished run. A file that failed without a failing test (it did not load, a hook threw) counts as one
 * failure, and so does an exit code that no test explains. No report at all is one failure.
 */
export function tallyOf(report: Report | undefined, exitCode: number, leftOut: number): Tally {
  if (report === undefined) return { passed: 0, failed: 1, skipped: leftOut };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests + leftOut,
  };
}

/** Where nothing may be missing (a CI job), a skipped test is a failed one. */
export function withoutSkipping({ passed, failed, skipped }: Tally): Tally {
  return { passed, failed: failed + skipped, skipped: 0 };
}
