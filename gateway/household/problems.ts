import type { FastifyReply } from 'fastify';
import type { Problem } from './answer.ts';

interface DoorProblem extends Problem {
  readonly status: number;
}

/** What can be wrong at the household's door before anybody is asked anything. */
const PROBLEMS = {
  session: {
    status: 401,
    error: { ja: 'サインインしていません。', en: 'You are not signed in.' },
    remedy: {
      ja: '「engawa hub link」で新しいリンクを作り、開いてください。',
      en: 'Make a new link with "engawa hub link" and open it.',
    },
  },
  link: {
    status: 403,
    error: {
      ja: 'このリンクは使えません。使用済みか、期限切れです。',
      en: 'This link cannot be used: it was used before, or is too old.',
    },
    remedy: { ja: '「engawa hub link」で新しいリンクを作ってください。', en: 'Make a new one with "engawa hub link".' },
  },
  host: {
    status: 421,
    error: { ja: 'このアドレスでは、このページを表示できません。', en: 'The hub does not answer under this name.' },
    remedy: {
      ja: 'localhost かハブのIPアドレスで開いてください。',
      en: "Open it as localhost or by the hub's IP address.",
    },
  },
  origin: {
    status: 403,
    error: { ja: 'ほかのサイトからの操作は受け付けません。', en: 'Requests from other sites are not accepted.' },
    remedy: { ja: 'ハブのページから操作してください。', en: "Use the hub's own page, or send the header X-Engawa: 1." },
  },
  loopback: {
    status: 403,
    error: { ja: 'この情報は、ハブ自身からだけ見られます。', en: 'This is shown on the hub itself only.' },
    remedy: { ja: 'ハブの上で 127.0.0.1 を開いてください。', en: 'Ask for it on the hub, at 127.0.0.1.' },
  },
  notFound: {
    status: 404,
    error: { ja: 'そのページはありません。', en: 'There is nothing here.' },
    remedy: { ja: '最初のページから進んでください。', en: 'Start from the first page, or see /api/openapi.json.' },
  },
  full: {
    status: 503,
    error: { ja: '保存できませんでした。', en: 'It could not be stored.' },
    remedy: {
      ja: 'ディスクの空きを確かめて、もう一度お試しください。',
      en: 'Check the free space of the disk and try again.',
    },
  },
} as const satisfies Record<string, DoorProblem>;

/** Answers with a problem from the table. */
export function problemAnswer(reply: FastifyReply, name: keyof typeof PROBLEMS): FastifyReply {
  const { status, error, remedy } = PROBLEMS[name];
  return reply.code(status).send({ error, remedy });
}

/** Answers an error of the framework or of ours without repeating any content. */
export function errorAnswer(reply: FastifyReply, error: unknown): FastifyReply {
  const known = error as {
    statusCode?: number;
    validation?: { instancePath: string; message?: string }[];
    code?: string;
  };
  if (known.validation) {
    const first = known.validation[0];
    const field = first?.instancePath.slice(1).replaceAll('/', '.') || 'body';
    const rule = first?.message ?? 'is not as described';
    return reply.code(400).send({
      error: { ja: `「${field}」の内容が正しくありません(${rule})。`, en: `"${field}" ${rule}.` },
      remedy: { ja: '形式は /api/openapi.json にあります。', en: 'Its shape is described at /api/openapi.json.' },
    });
  }
  if (known.statusCode !== undefined && known.statusCode >= 400 && known.statusCode < 500) {
    return reply.code(known.statusCode).send({
      error: { ja: 'この要求は受け付けられません。', en: 'The request cannot be taken.' },
      remedy: {
        ja: '少し待つか、内容を小さくして、もう一度お試しください。',
        en: 'Wait a little or send less, then try again.',
      },
    });
  }
  return problemAnswer(reply, 'full');
}
