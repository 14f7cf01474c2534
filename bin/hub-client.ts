import { request } from 'node:http';
import { join } from 'node:path';

/** What the hub said: a value, or what is wrong and what to do. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string; readonly remedy: string };

const WAIT_MS = 60_000;

/** Sends one request to the hub of a folder, over its command socket. Never rejects. */
export function askHub(folder: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> {
  const socketPath = join(folder, 'hub.sock');
  const payload = method === 'POST' ? JSON.stringify(body ?? {}) : undefined;
  const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const call = request({ socketPath, method, path, headers, timeout: WAIT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(replyOf(response.statusCode ?? 500, text)));
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', (fault: NodeJS.ErrnoException) => resolve(unreachable(folder, fault.code)));
    call.end(payload);
  });
}

function replyOf(status: number, text: string): Reply {
  const language = preferredLanguage(process.env);
  try {
    const value = text === '' ? {} : JSON.parse(text);
    return status < 400
      ? { ok: true, value }
      : { ok: false, error: value.error[language], remedy: value.remedy[language] };
  } catch {
    return { ok: false, error: 'The hub gave no readable answer.', remedy: 'Is it the same version as this program?' };
  }
}

/** The language of the terminal, as far as Engawa speaks it. */
export function preferredLanguage(env: NodeJS.ProcessEnv): 'ja' | 'en' {
  return (env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? '').startsWith('ja') ? 'ja' : 'en';
}

function unreachable(folder: string, code: string | undefined): Reply {
  if (code === 'EACCES' || code === 'EPERM')
    return {
      ok: false,
      error: `The hub's socket in ${folder} belongs to another user.`,
      remedy: 'Run the command as the user the hub runs as.',
    };
  return {
    ok: false,
    error: `No hub is running on ${folder}.`,
    remedy:
      'Start a real home with "npm start -- --no-sim", or add --demo for the demonstration started by "npm start".',
  };
}
