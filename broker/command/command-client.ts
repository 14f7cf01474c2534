import { request } from 'node:http';
import { LIMITS } from '../limits.ts';

/** What the broker said to a command. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string; readonly remedy: string };

const notRunning = (folder: string): Reply => ({
  ok: false,
  error: `No broker is running on ${folder}.`,
  remedy: 'Start it with: engawa broker (or npm start), or name its folder with --data DIR.',
});

function replyOf(status: number, text: string): Reply {
  try {
    const value = JSON.parse(text);
    return status < 400 ? { ok: true, value } : { ok: false, error: value.error, remedy: value.remedy };
  } catch {
    return {
      ok: false,
      error: 'The broker gave no readable answer.',
      remedy: 'Is it the same version as this program?',
    };
  }
}

/** Sends one command to the broker of a folder. Never rejects. */
export function command(folder: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> {
  const socketPath = `${folder}/broker.sock`;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const call = request({ socketPath, method, path, headers, timeout: LIMITS.commandMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(replyOf(response.statusCode ?? 500, text)));
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', (fault: NodeJS.ErrnoException) => {
      if (fault.code === 'EACCES' || fault.code === 'EPERM') {
        const remedy = 'Run the command as the user the broker runs as.';
        resolve({ ok: false, error: `${socketPath} belongs to another user.`, remedy });
      } else if (fault.code === 'ENOENT' || fault.code === 'ECONNREFUSED') {
        resolve(notRunning(folder));
      } else {
        resolve({ ok: false, error: 'The broker did not answer.', remedy: 'Look at its log, and try again.' });
      }
    });
    call.end(payload);
  });
}
