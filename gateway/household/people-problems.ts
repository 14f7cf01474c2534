import { type Answer, refuse } from './answer.ts';

/** Nobody of this name lives here. */
export function noSuchPerson(name: string): Answer<never> {
  return refuse(
    [`「${name}」という人は登録されていません。`, '「engawa hub person list」で確かめてください。'],
    [`Nobody named "${name}" lives here.`, 'See: engawa hub person list'],
  );
}

/** The name cannot be used. */
export function personNamed(name: string): Answer<never> {
  return refuse(
    [`「${name}」という名前は使えません。`, '数字だけではない、まだ使われていない名前を付けてください。'],
    [`The name "${name}" cannot be used.`, 'Choose one that is not in use and not a number alone.'],
  );
}

/** More people than a home holds. */
export function tooManyPeople(): Answer<never> {
  return refuse(
    ['これ以上、人を登録できません。', '引っ越した人を「engawa hub person leave」で外してください。'],
    ['No more people can be added.', 'Remove those who moved out: engawa hub person leave NAME'],
  );
}

/** A guest needs a time. */
export function timeNeeded(name: string): Answer<never> {
  return refuse(
    [`「${name}」の滞在期間が必要です。`, '「--for 2d」のように付けてください。'],
    [`How long does "${name}" stay?`, 'Add for example: --for 2d'],
  );
}

/** A minor needs an adult. */
export function guardianNeeded(name: string): Answer<never> {
  return refuse(
    [`「${name}」には、代わりに答える大人が必要です。`, '「--guardian 名前」で、ここで暮らす大人を指定してください。'],
    [`"${name}" needs an adult who answers for them.`, 'Name one who lives here: --guardian NAME'],
  );
}

/** The owner cannot simply go. */
export function ownerStays(): Answer<never> {
  return refuse(
    [
      '所有者は、家を引き継ぐ人がいるときだけ引っ越せます。',
      '「engawa hub person leave 名前 --to 引き継ぐ人」で、ここで暮らす大人に引き継いでください。',
    ],
    [
      'The owner can move out only when somebody takes the home over.',
      'Hand it over to an adult who lives here: engawa hub person leave NAME --to WHO',
    ],
  );
}

/** One person does not answer for another. */
export function notForOthers(name: string): Answer<never> {
  return refuse(
    [
      `「${name}」の代わりに答えることはできません。`,
      '本人が自分のリンクで開いてください(engawa hub link --person 名前)。未成年の分は保護者が答えます。',
    ],
    [
      `You cannot answer for "${name}".`,
      'They answer themselves, with a link of their own (engawa hub link --person NAME); a guardian answers for a minor.',
    ],
  );
}
