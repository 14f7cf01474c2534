/** Why there is no connection to the household's MQTT server: what it means and what helps, in both languages. */
export const SOURCE_TROUBLES = {
  unreachable: [
    'そこから返事がないか、MQTTではありません。「ENGAWA_SOURCE_URL」のホストとポート、サーバーの動作を確かめてください。',
    'Nobody answers there, or not with MQTT: check host and port of ENGAWA_SOURCE_URL, and that it runs.',
  ],
  certificate: [
    '証明書を信頼できないか、この名前のものでないか、期限の外です。「ENGAWA_SOURCE_CA_FILE」に発行元の証明書を設定し、証明書の名前でつないでください。',
    'Its certificate is not trusted, not for this name, or not valid now: set ENGAWA_SOURCE_CA_FILE to the certificate of its authority, and use the name it was made for.',
  ],
  refusedAccount: [
    '利用者名かパスワードを断られました。「ENGAWA_SOURCE_URL」を確かめてください。',
    'It refuses user name or password: check ENGAWA_SOURCE_URL.',
  ],
  refusedSubscription: [
    '購読を断られました。「ENGAWA_SOURCE_DIALECTS」のトピックを読めるようにしてください。',
    'It refuses the subscription: let the account read the topics of ENGAWA_SOURCE_DIALECTS.',
  ],
  takenOver: [
    '同じクライアント名の別のプログラムに替わられました。一つのデータフォルダーでは一つのハブだけを動かしてください。',
    'Another program took over with our client id: run one hub from one data folder.',
  ],
  ended: ['接続が切れました。つなぎ直しています。', 'The connection ended; it is tried again.'],
} as const satisfies Record<string, readonly [ja: string, en: string]>;

/** Why there is no connection. */
export type SourceTrouble = keyof typeof SOURCE_TROUBLES;

/** CONNACK codes of a refused account: MQTT 3.1.1 [3.2.2.3] and, from 128, MQTT 5 [3.2.2.2]. */
const ACCOUNT_REFUSALS = [4, 5, 134, 135, 138, 140];
/** DISCONNECT: another client connected with our client id [MQTT 5, 3.14.2.1]. */
const TAKEN_OVER = 142;
/** Errors of Node's TLS about the server's certificate. */
const CERTIFICATE_FAULT = /CERT|ISSUER|SIGNATURE|CRL/;

/** What an error's code says: a number of a CONNACK, a word of the system; undefined when the connection is not over by it. */
export function troubleOf(code: string | number | undefined): SourceTrouble | undefined {
  if (typeof code === 'string') return CERTIFICATE_FAULT.test(code) ? 'certificate' : 'unreachable';
  return code !== undefined && ACCOUNT_REFUSALS.includes(code) ? 'refusedAccount' : undefined;
}

/** What the reason of a server's DISCONNECT says. */
export function troubleOfEnd(reason: number | undefined): SourceTrouble {
  return reason === TAKEN_OVER ? 'takenOver' : 'ended';
}
