import type { IntakeReason } from '../../devices/intake.ts';
import type { Bilingual } from '../household/answer.ts';

/** What went wrong while a device was being connected, and the step that helps. */
export interface DoorProblem {
  readonly sentence: Bilingual;
  readonly step: Bilingual;
}

const problem = (
  ja: readonly [sentence: string, step: string],
  en: readonly [sentence: string, step: string],
): DoorProblem => ({ sentence: { ja: ja[0], en: en[0] }, step: { ja: ja[1], en: en[1] } });

/** The refusals at the listener that people meet who connect a device; `bases` are the topics their accounts may publish below. */
const PROBLEMS: Partial<Record<IntakeReason, (bases: readonly string[]) => DoorProblem>> = {
  anonymous: () =>
    problem(
      [
        '利用者名なしの接続がありました。',
        '機器の設定に、「device add」が表示した利用者名とパスワードを入れてください。匿名の接続は受けません。',
      ],
      [
        'Something connected without a user name.',
        'Enter the user and password that "device add" printed: nobody gets in anonymously.',
      ],
    ),
  wrongCredential: () =>
    problem(
      [
        '利用者名かパスワードが違う接続がありました。',
        '表示された行を貼り直してください。なくしたときは「device remove NAME」のあと、もう一度「device add NAME」を実行します。',
      ],
      [
        'Something tried a wrong user name or password.',
        'Paste the printed lines again; if they are lost, "device remove NAME" and "device add NAME" make new ones.',
      ],
    ),
  foreignTopic: (bases) =>
    problem(
      [
        '別のトピックへの送信がありました。',
        `機器の基本トピックを、アカウントのもの（${bases.join('、')}）にしてください。`,
      ],
      [
        'Something was published outside its topics.',
        `The base topic in its settings must be that of its account: ${bases.map((base) => `"${base}"`).join(', ')}.`,
      ],
    ),
  protocolVersion: () =>
    problem(
      ['MQTT 5の接続がありました。', '機器の設定をMQTT 3.1.1にしてください。'],
      ['Something insisted on MQTT 5.', 'Set the program to MQTT 3.1.1.'],
    ),
  tlsHandshake: () =>
    problem(
      [
        'TLSの接続が成立しませんでした。',
        '機器に「engawa hub certificate」の証明書を信頼させ、サーバーを表示のとおりにしてください（TLSなしなら mqtt:// のポート）。',
      ],
      [
        'A connection over TLS came to nothing.',
        'Let the program trust what "engawa hub certificate" prints, and use the server as printed; without TLS it is the port of mqtt://.',
      ],
    ),
  protocolError: () =>
    problem(
      [
        'MQTTではない接続がありました。',
        'サーバーとポートを表示のとおりにしてください（mqtt:// ではTLSを使わず、mqtts:// ではTLSを使います）。',
      ],
      [
        'Something spoke no MQTT.',
        'Use the server and port as printed: TLS where it says mqtts://, and none where it says mqtt://.',
      ],
    ),
};

/** Those refusals that tell somebody what to change, most telling first. */
export function doorProblems(counts: Readonly<Record<string, number>>, bases: readonly string[]): DoorProblem[] {
  return Object.entries(PROBLEMS)
    .filter(([reason]) => (counts[reason] ?? 0) > 0)
    .map(([, told]) => told(bases));
}

/** Why no device of the home's network can reach the listener at this URL (null: there is none); undefined when it can. */
export function networkProblem(listener: string | null): DoorProblem | undefined {
  if (listener === null)
    return problem(
      [
        '機器の入口が開いていません。',
        '「ENGAWA_MQTT_PORT」を設定して、ハブを再起動してください（「ENGAWA_SOURCE_URL」があると、設定したときだけ開きます）。',
      ],
      [
        'No listener for devices is open.',
        'Set ENGAWA_MQTT_PORT and restart the hub: with ENGAWA_SOURCE_URL it opens only then.',
      ],
    );
  if (!/^mqtts?:\/\/(?:127\.|localhost|\[::1\])/.test(listener)) return undefined;
  return problem(
    [
      'このハブには、家のネットワークのアドレスがありません。',
      'ハブをルーターにつないでください。いまは、このハブの中のプログラムだけがつながります。',
    ],
    [
      'This hub has no address in the home network.',
      'Connect it to the router: as it is, only programs on this very machine can reach it.',
    ],
  );
}
