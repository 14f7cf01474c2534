import type { Both, Device, Offer } from '../../../portal/src/api/hub-state.ts';

type Tongue = 'ja' | 'en';

/** Home time at which every fake home starts: a Monday morning in Japan. */
export const MORNING_MS = Date.UTC(2026, 10, 23, 0, 52);

interface Thing {
  readonly kind: string;
  readonly name: Both;
  readonly room: Both;
}

const both = (ja: string, en: string): Both => ({ ja, en });

const THINGS: readonly Thing[] = [
  { kind: 'contact.state', name: both('玄関ドア', 'Front door'), room: both('玄関', 'Hall') },
  { kind: 'lock.state', name: both('玄関の鍵', 'Front door lock'), room: both('玄関', 'Hall') },
  { kind: 'occupancy.state', name: both('廊下の人感センサー', 'Corridor motion'), room: both('廊下', 'Corridor') },
  {
    kind: 'occupancy.state',
    name: both('居間の人感センサー', 'Living room motion'),
    room: both('居間', 'Living room'),
  },
  { kind: 'contact.state', name: both('居間の窓', 'Living room window'), room: both('居間', 'Living room') },
  { kind: 'power.active', name: both('冷蔵庫', 'Fridge'), room: both('台所', 'Kitchen') },
  { kind: 'power.active', name: both('電気ケトル', 'Kettle'), room: both('台所', 'Kitchen') },
];

/** What a value of a kind reads like, in both languages. */
export function valueText(kind: string, value: number): Both {
  if (kind === 'contact.state') return value === 1 ? both('開いた', 'opened') : both('閉まった', 'closed');
  if (kind === 'occupancy.state') return value === 1 ? both('動きあり', 'movement') : both('動きなし', 'no movement');
  if (kind === 'lock.state') return value === 1 ? both('施錠', 'locked') : both('解錠', 'unlocked');
  const watts = (value / 1000).toFixed(value < 10_000 ? 1 : 0);
  return both(`${watts} W`, `${watts} W`);
}

/** The devices of the fake home, named in one language as a household would; `more` adds quiet ones with long names. */
export function fakeDevices(tongue: Tongue, more = 0, approved = true): Device[] {
  const first = THINGS.map((thing, index) => {
    const value = thing.kind === 'power.active' ? ([82_400, 1_100][index % 2] ?? 0) : index % 2;
    return {
      id: index + 1,
      name: thing.name[tongue],
      room: thing.room[tongue],
      vendor: null,
      model: null,
      kinds: [thing.kind],
      approved,
      needsMeaning: false,
      online: true,
      batteryLow: index === 2,
      silentSinceMs: null,
      last: [
        { kind: thing.kind, value, unit: '', text: valueText(thing.kind, value), atMs: MORNING_MS - index * 90_000 },
      ],
    };
  });
  const long =
    tongue === 'ja'
      ? '二階の子ども部屋のクローゼットの中にある温湿度計つき開閉センサー（予備の電池は引き出しの中）'
      : 'Upstairs children’s room wardrobe contact sensor with thermometer (spare battery in the drawer)';
  const others = Array.from({ length: more }, (_, index) => ({
    id: 100 + index,
    name: `${long} ${index + 1}`,
    room: null,
    vendor: 'Aqara',
    model: 'Door and window sensor E1 (MCCGQ14LM)',
    // Every eighth is a wired input, of which only the household knows what hangs on it.
    kinds: index % 8 === 0 ? ['input.state'] : ['contact.state', 'battery.percent'],
    approved: index % 4 !== 0,
    needsMeaning: index % 8 === 0,
    batteryLow: null,
    silentSinceMs: index % 4 === 1 ? MORNING_MS - 40 * 3_600_000 : null,
    online: index % 3 === 0 ? false : null,
    last: [],
  }));
  return [...first, ...others];
}

const YEAR_MS = 365 * 86_400_000;

/** The three offers of the demonstration; `granted` names those with a yes. */
export function fakeOffers(granted: readonly string[]): Offer[] {
  const yes = (offer: string, categories: Offer['categories']): Offer['granted'] =>
    granted.includes(offer)
      ? { sinceMs: MORNING_MS - 3 * 86_400_000, expiresMs: MORNING_MS + YEAR_MS, categories }
      : null;
  const power: Offer['categories'] = [
    { category: 'power.appliance', level: 'L4', windowMinutes: 15, retentionDays: 90 },
  ];
  const doors: Offer['categories'] = [
    { category: 'lock.state', level: 'L5', retentionDays: 30 },
    { category: 'contact.doorWindow', level: 'L5', retentionDays: 30 },
  ];
  const presence: Offer['categories'] = [{ category: 'presence.person', level: 'L2', retentionDays: 14 }];
  return [
    {
      offer: 'energy-advice',
      version: 1,
      recipient: { name: both('みなとエナジー', 'Minato Energy'), class: 'groupCompany' },
      purpose: 'energyAdvice',
      card: both(
        '家電の電気の使用量を15分ごとの平均にして提供すると、使いすぎに気づける月ごとの助言が届きます。',
        'Provide the power use of your appliances as 15-minute averages, and get monthly advice on where it goes.',
      ),
      notice: {
        ja: {
          information: 'スマートプラグで測った家電の電力を、15分ごとに平均した値。',
          purpose: '電気の使い方を分析し、省エネの助言をお届けするため。',
          recipients: 'みなとエナジー株式会社（グループ会社）。ほかへは渡しません。',
        },
        en: {
          information: 'The power of appliances on smart plugs, averaged over each 15 minutes.',
          purpose: 'To see how electricity is used and send you advice on saving it.',
          recipients: 'Minato Energy Ltd, a company of our group. It is passed to nobody else.',
        },
      },
      benefit: both('月ごとの省エネの助言', 'Monthly advice on saving electricity'),
      lane: 'shaped',
      validityMonths: 12,
      categories: power,
      granted: yes('energy-advice', power),
      leftToday: 0,
      withdrawal: null,
    },
    {
      offer: 'watch-service',
      version: 1,
      recipient: { name: both('まもり警備保障', 'Mamori Security'), class: 'processor' },
      purpose: 'security',
      card: both(
        '玄関の鍵とドアの開け閉めを、そのつど提供すると、留守のあいだに異変があったとき電話でお知らせします。',
        'Provide each turn of the lock and each opening of a door, and get a call when something is wrong while you are out.',
      ),
      notice: {
        ja: {
          information: '鍵の開け閉めと、ドアや窓の開閉を、1件ごとに時刻つきで。',
          purpose: '留守中の異変を見つけて、ご連絡するため。',
          recipients: 'まもり警備保障株式会社（委託先）。',
        },
        en: {
          information: 'Each turn of a lock and each opening of a door or window, with its time.',
          purpose: 'To notice when something is wrong while you are out, and to call you.',
          recipients: 'Mamori Security Ltd, as a processor.',
        },
      },
      benefit: both('異変があったときの電話連絡', 'A call when something is wrong'),
      lane: 'prompt',
      validityMonths: 12,
      categories: doors,
      granted: yes('watch-service', doors),
      leftToday: 0,
      withdrawal: null,
    },
    {
      offer: 'family-care',
      version: 1,
      recipient: { name: both('離れて暮らす娘さん', 'Your daughter in Osaka'), class: 'residentChosen' },
      purpose: 'careFamily',
      card: both(
        '人の動きを1日ごとの回数にして提供すると、離れて暮らすご家族に、いつもどおり過ごしていることが伝わります。',
        'Provide movement at home as one count a day, so that family far away can see that the day went as usual.',
      ),
      notice: {
        ja: {
          information: '人の検知を、1日ごとに数えた回数。',
          purpose: '離れて暮らすご家族による見守りのため。',
          recipients: '居住者が選んだご家族。',
        },
        en: {
          information: 'How often people were noticed, counted over each day.',
          purpose: 'So that family who live elsewhere can look after you.',
          recipients: 'The family member the resident named.',
        },
      },
      benefit: both('家族の安心', 'Peace of mind for the family'),
      lane: 'shaped',
      validityMonths: 6,
      categories: presence,
      granted: yes('family-care', presence),
      leftToday: 0,
      withdrawal: null,
    },
  ];
}
