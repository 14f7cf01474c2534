import type { FastifyReply, FastifyRequest } from 'fastify';
import { LIMITS } from '../limits.ts';
import type { Live, LiveEvent } from './live.ts';

const HEARTBEAT_MS = 15_000;
const open = new WeakMap<Live, Set<() => void>>();

/** Streams the live view to one page as server-sent events, first what it missed. The oldest page makes room for a new one. */
export function streamLive(request: FastifyRequest, reply: FastifyReply, live: Live): void {
  const { raw } = reply.hijack();
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const write = (event: LiveEvent): void => {
    // A page that does not read is let go; it comes back and is told what it missed.
    if (raw.writableLength > LIMITS.pageBacklogBytes) stop();
    else raw.write(frame(event));
  };
  const pages = open.get(live) ?? new Set();
  open.set(live, pages);
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
  const unlisten = live.listen(write);
  const stop = (): void => {
    clearInterval(heartbeat);
    unlisten();
    pages.delete(stop);
    raw.end();
  };
  pages.add(stop);
  if (pages.size > LIMITS.livePages) pages.values().next().value?.();
  raw.on('close', stop);
  const lastId = Number(request.headers['last-event-id'] ?? 0);
  const missed = live.since(Number.isSafeInteger(lastId) ? lastId : 0);
  raw.write(`retry: 2000\n\n${missed.map(frame).join('')}`);
}

function frame(event: LiveEvent): string {
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
}

/** Ends every stream, so that the server can close. */
export function endStreams(live: Live): void {
  for (const stop of open.get(live) ?? []) stop();
}
