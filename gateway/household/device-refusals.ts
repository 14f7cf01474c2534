import { DIALECTS } from '../../devices/dialects/dialects.ts';
import { type AskedKind, MEANINGS, meaningsOf } from '../../devices/meanings.ts';
import { CATEGORIES } from '../../proto/lists.ts';
import type { Device } from '../intake/device-table.ts';
import { type Answer, refuse } from './answer.ts';

/** A name that no account can have. */
export function badName(name: string): Answer<never> {
  return refuse(
    [`「${name}」は名前に使えません。`, '半角の英数字と . _ - で、40文字以内の名前にしてください。'],
    [`"${name}" cannot be a name.`, 'Use letters, digits, ".", "_" and "-", at most 40 characters.'],
  );
}

/** A topic that no account can have. */
export function badBase(base: string): Answer<never> {
  return refuse(
    [`「${base}」はトピックに使えません。`, '+、#、$、空白を含まないトピックにしてください(例:zigbee2mqtt)。'],
    [`"${base}" cannot be a base topic.`, 'Use a topic without "+", "#", "$" or spaces, such as zigbee2mqtt.'],
  );
}

/** A name that another account has. */
export function nameTaken(name: string): Answer<never> {
  return refuse(
    [
      `「${name}」はすでに登録されています。`,
      `別の名前にするか、先に「engawa hub device remove ${name}」を実行してください。`,
    ],
    [`"${name}" exists already.`, `Choose another name, or run "engawa hub device remove ${name}" first.`],
  );
}

/** A dialect that is not read. */
export function unknownDialect(dialect: string): Answer<never> {
  const list = Object.keys(DIALECTS).join(', ');
  return refuse(
    [`「${dialect}」という方式は知りません。`, `使える方式:${list}`],
    [`The dialect "${dialect}" is not known.`, `Dialects of this version: ${list}.`],
  );
}

/** A category that does not exist. */
export function unknownCategory(category: string): Answer<never> {
  const list = Object.keys(CATEGORIES).join(', ');
  return refuse(
    [`「${category}」という種類はありません。`, `使える種類:${list}`],
    [`There is no category "${category}".`, `Categories: ${list}.`],
  );
}

/** A device that nobody knows. */
export function noSuchDevice(which: string): Answer<never> {
  return refuse(
    [`「${which}」という機器は見つかりません。`, '「engawa hub device list」で番号か名前を確かめてください。'],
    [`No device "${which}" was found.`, 'Run "engawa hub device list" for ids and names.'],
  );
}

/** A device with an input, and nothing said about it. */
export function meaningNeeded({ id, thing }: Device): Answer<never> {
  const list = Object.keys(MEANINGS).join(', ');
  return refuse(
    [
      `「${thing}」の入力に何がつながっているかは、取り付けた人にしか分かりません。`,
      `「engawa hub device approve ${id} --is door」のように教えてください。使える言葉:${list}(オンとオフが逆なら --inverted も付けます)。`,
    ],
    [
      `Only you know what hangs on the input of "${thing}".`,
      `Say it with "engawa hub device approve ${id} --is door"; it can be ${list} (with --inverted where on and off are the other way round).`,
    ],
  );
}

/** A word that cannot be said of a device. */
export function unknownMeaning(word: string, kind: AskedKind = 'input.state'): Answer<never> {
  const list = meaningsOf(kind).join(', ');
  return refuse(
    [`この機器を「${word}」にはできません。`, `使える言葉:${list}`],
    [`This device cannot be "${word}".`, `It can be ${list}.`],
  );
}

/** A device that says itself what it is. */
export function nothingToSay({ thing }: Device): Answer<never> {
  return refuse(
    [`「${thing}」は、何の知らせかを自分で伝えます。`, '--is と --inverted を付けずに承認してください。'],
    [`"${thing}" says itself what it is.`, 'Approve it without --is and --inverted.'],
  );
}

/** What hangs on inputs was said of all devices at once. */
export function oneAtATime(): Answer<never> {
  return refuse(
    ['--all では、つながっているものを指定できません。', '番号か名前で機器を選んでください。'],
    ['What hangs on an input cannot be said of all devices at once.', 'Name the devices by id or name.'],
  );
}
