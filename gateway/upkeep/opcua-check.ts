import type { OpcuaState } from '../../devices/opcua/opcua-intake.ts';
import { LIMITS } from '../limits.ts';
import { type Check, fine, found } from './check.ts';
import type { Condition } from './condition.ts';

type Trouble = Exclude<OpcuaState, { connected: true }>;
/** How things stand, and what helps where something does. */
type Said = readonly [sentence: string, step: string];

/** What is wrong by name alone, and what helps. */
const TROUBLES: Readonly<
  Record<Exclude<Trouble['trouble'], 'untrusted' | 'mapping'>, { readonly ja: Said; readonly en: Said }>
> = {
  unreachable: {
    ja: [
      'OPC UAサーバーにつながりません。',
      '「ENGAWA_OPCUA_URL」とサーバーを確かめてください。つながるまで試します。',
    ],
    en: ['Nobody answers at the OPC UA endpoint.', 'Check ENGAWA_OPCUA_URL and the server; it is tried again.'],
  },
  refused: {
    ja: [
      'OPC UAサーバーが、このハブの証明書を断りました。',
      'サーバー側で、ハブの証明書（データフォルダーの opcua/engawa.pem）を信頼してください。',
    ],
    en: [
      'The OPC UA server refuses the certificate of this hub.',
      'Trust it there: opcua/engawa.pem in the data folder.',
    ],
  },
  noSecurity: {
    ja: [
      'OPC UAサーバーに、対応表の securityMode と securityPolicy での接続先がありません。暗号のない接続はしません。',
      'サーバーで Basic256Sha256 と SignAndEncrypt を有効にしてください。',
    ],
    en: [
      "The OPC UA server offers no endpoint with the mapping's securityMode and securityPolicy; without security no connection is made.",
      'Enable Basic256Sha256 with SignAndEncrypt in the server.',
    ],
  },
  wrongAccount: {
    ja: [
      'OPC UAサーバーが、利用者名かパスワードを断りました。',
      '対応表の user と、passwordFile の中身を確かめてください。',
    ],
    en: ['The OPC UA server refuses the account.', "Check the mapping's user, and what is in its passwordFile."],
  },
  tooManySessions: {
    ja: [
      'OPC UAサーバーに、もうつなげる数の余裕がありません。',
      'ほかのプログラムの接続を減らすか、サーバーの上限を上げてください。',
    ],
    en: ['The OPC UA server has no room for another session.', 'Close other programs there, or let it have more.'],
  },
  password: {
    ja: [
      'OPC UAのパスワードのファイルを読めません。',
      '対応表の passwordFile と、そのファイルの権限を確かめてください。',
    ],
    en: [
      'The password file for OPC UA cannot be read.',
      "Check the mapping's passwordFile and that file's permissions.",
    ],
  },
  ended: {
    ja: ['OPC UAサーバーとの接続が切れました。', 'つなぎ直しています。続くようなら、サーバーを確かめてください。'],
    en: ['The connection to the OPC UA server ended.', 'It is tried again; if this goes on, look at the server.'],
  },
  noPackage: {
    ja: ['パッケージ node-opcua-client がありません。', 'プログラムの場所で「npm ci」を実行してください。'],
    en: ['The package node-opcua-client is not installed.', 'Run "npm ci" where the program lies.'],
  },
  pki: {
    ja: [
      'OPC UAの証明書を読むことも作ることもできません。',
      'データフォルダーの opcua/ の権限と中身を確かめてください。',
    ],
    en: [
      "The hub's certificate for OPC UA can be neither read nor made.",
      'Check opcua/ in the data folder and its permissions.',
    ],
  },
  processEnded: {
    ja: [
      'OPC UAを読むプログラムが止まりました。',
      '起動し直しています。続くようなら、メモリーの空きを確かめてください。',
    ],
    en: ['The OPC UA client ended.', "It is started again; if this goes on, look at the machine's free memory."],
  },
};

/** The state of the OPC UA intake in words. */
export function opcuaSentence(state: OpcuaState): {
  readonly ja: readonly string[];
  readonly en: readonly string[];
} {
  if (!state.connected) return troubleSentence(state);
  const { refusedNodes } = state;
  if (refusedNodes.length === 0) return { ja: ['OPC UAサーバーを読んでいます。'], en: ['Reading the OPC UA server.'] };
  const some = refusedNodes.slice(0, LIMITS.namedDevices);
  const more = refusedNodes.length > some.length ? ' …' : '';
  return {
    ja: [
      `OPC UAサーバーを読んでいますが、${refusedNodes.length}個のノードを読めません：${some.join('、')}${more}。`,
      '対応表の nodeId と、サーバーの権限を確かめてください。',
    ],
    en: [
      `Reading the OPC UA server, but for ${refusedNodes.length} nodes it does not show: ${some.join(', ')}${more}.`,
      "Check the mapping's nodeId and the account's rights.",
    ],
  };
}

function troubleSentence(state: Trouble): { readonly ja: Said; readonly en: Said } {
  if (state.trouble === 'mapping')
    return {
      ja: [`OPC UAの対応表を使えません：${state.problem}`, '直せば、すぐに読み直します。'],
      en: [`The OPC UA mapping cannot be used: ${state.problem}`, 'It is read again when it changes.'],
    };
  if (state.trouble !== 'untrusted') return TROUBLES[state.trouble];
  const { thumbprint, file, moveTo } = state;
  return {
    ja: [
      `OPC UAサーバーの証明書（SHA-1 ${thumbprint}）を、まだ信頼していません。`,
      `サーバーの表示と見比べ、同じなら実行してください：mv ${file} ${moveTo}`,
    ],
    en: [
      `The certificate of the OPC UA server (SHA-1 ${thumbprint}) is not trusted yet.`,
      `Compare it with what the server shows; if it is the same: mv ${file} ${moveTo}`,
    ],
  };
}

/** The check of the OPC UA intake, where there is one. */
export function opcuaChecks({ opcua }: Condition): Check[] {
  if (opcua === undefined) return [];
  const { ja, en } = opcuaSentence(opcua);
  const figures = opcua.connected
    ? { connected: true, refusedNodes: opcua.refusedNodes.length }
    : { connected: false, trouble: opcua.trouble };
  const step = { ja: ja[1] ?? '', en: en[1] ?? '' };
  const sentence = { ja: ja[0] ?? '', en: en[0] ?? '' };
  if (step.en === '') return [fine('opcua', sentence, figures)];
  const state = opcua.connected ? 'look' : 'act';
  return [found(state, 'opcua', [sentence.ja, step.ja], [sentence.en, step.en], figures)];
}
