// The container's health check: exit code 0 when the program on this port answers /healthz, 1 otherwise.
const port = process.argv[2] ?? '8420';
const waitMs = 4000;
const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(waitMs) }).catch(
  () => undefined,
);
process.exitCode = answer?.ok ? 0 : 1;
