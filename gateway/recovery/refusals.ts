import { type Answer, refuse } from '../household/answer.ts';
import type { HttpFailure } from '../uplink/operator-http.ts';

/** The data broker could not be asked, or refused. */
export function refused(failure: HttpFailure): Answer<never> {
  if (failure.reason !== 'answered') return UNREACHED[failure.reason]();
  return ANSWERED[failure.code]?.() ?? otherwise(failure.code);
}

const UNREACHED: Record<'address' | 'unreachable' | 'notABroker', () => Answer<never>> = {
  address: () =>
    refuse(
      ['データブローカーのアドレスの書き方が正しくありません。', '「--broker https://…」の形で指定してください。'],
      ['The address of the data broker is not one.', 'Write it as --broker https://…'],
    ),
  unreachable: () =>
    refuse(
      [
        'データブローカーにつながりません。ここまでの分は済んでいます。',
        'つながるときに同じ命令をもう一度実行すると、続きから始まります。',
      ],
      [
        'The data broker cannot be reached. What was done so far is done.',
        'Give the same command again when it can be: it goes on where it stopped.',
      ],
    ),
  notABroker: () =>
    refuse(
      ['このアドレスの答えは、データブローカーのものではありません。', 'アドレスを確かめてください。'],
      ['What answers at this address is not a data broker that knows recovery cards.', 'Check the address.'],
    ),
};

const ANSWERED: Record<string, () => Answer<never>> = {
  unknownHub: () =>
    refuse(
      [
        'このデータブローカーは、このカードの家を知りません。',
        'カードと、登録した事業者のアドレスかどうかを確かめてください。',
      ],
      [
        'This data broker knows no home of this card.',
        'Check the card, and that this is the broker the home was enrolled with.',
      ],
    ),
  clock: () =>
    refuse(
      ['この機械の時計が、一日以上ずれています。', '時計を合わせて、もう一度お試しください。'],
      ['The clock of this machine is more than a day wrong.', 'Set it and try again.'],
    ),
};

function otherwise(code: string): Answer<never> {
  return refuse(
    [`データブローカーが断りました(${code})。`, '時間をおいて、もう一度お試しください。続きから始まります。'],
    [`The data broker refused (${code}).`, 'Try again later: it goes on where it stopped.'],
  );
}

/** The broker belongs to another operator than the one that was named. */
export function notThisOperator(): Answer<never> {
  return refuse(
    [
      'このデータブローカーは、指定された事業者のものではありません。何も送っていません。',
      'アドレスと、カードに書いた事業者の行を確かめてください。',
    ],
    [
      'This data broker does not belong to the operator you named. Nothing was sent.',
      'Check the address, and the operator as written beside the card.',
    ],
  );
}

/** A receipt that the operator's key did not sign. */
export function falseReceipt(): Answer<never> {
  return refuse(
    [
      'データブローカーの受領証の署名が正しくありません。消去されたとは言えません。',
      '事業者に問い合わせてください。受領証を信じないでください。',
    ],
    [
      "A receipt of the data broker does not carry its operator's signature: it cannot be taken for erased.",
      'Ask the operator; do not believe the receipt.',
    ],
  );
}

/** A file that cannot be used. */
export function unusableFile(file: string): Answer<never> {
  return refuse(
    [
      `${file} を読めないか、書けません。または、このプログラムの作ったファイルではありません。`,
      '名前を確かめてください。',
    ],
    [`${file} cannot be read or written, or was not made by this program.`, 'Check its name.'],
  );
}
