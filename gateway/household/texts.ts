import { codeName, type Kind, vocabularyOf } from '../../devices/vocabulary.ts';
import { boundsOf, type Property, QUANTITIES, type Quantity, stateName } from '../../proto/lists.ts';
import type { Bilingual } from './answer.ts';

const STATES: Record<string, Bilingual> = {
  'contact.state closed': { ja: '閉まった', en: 'closed' },
  'contact.state open': { ja: '開いた', en: 'opened' },
  'contact.state ajar': { ja: '少し開いた', en: 'ajar' },
  'occupancy.state clear': { ja: '動きなし', en: 'no motion' },
  'occupancy.state detected': { ja: '動きあり', en: 'motion' },
  'lock.state not_fully_locked': { ja: '施錠が不完全', en: 'not fully locked' },
  'lock.state locked': { ja: '施錠', en: 'locked' },
  'lock.state unlocked': { ja: '解錠', en: 'unlocked' },
  'lock.state unlatched': { ja: 'ラッチ解除', en: 'unlatched' },
  'lock.state jammed': { ja: '鍵がかみ込み', en: 'jammed' },
  'switch.state on': { ja: '入', en: 'on' },
  'switch.state off': { ja: '切', en: 'off' },
  'input.state on': { ja: '入', en: 'on' },
  'input.state off': { ja: '切', en: 'off' },
  'battery.low ok': { ja: '電池は十分', en: 'battery fine' },
  'battery.low low': { ja: '電池残りわずか', en: 'battery low' },
  'tamper.state clear': { ja: '異常なし', en: 'no tampering' },
  'tamper.state tampered': { ja: '取り外しを検知', en: 'tampering' },
  'device.online offline': { ja: '応答なし', en: 'offline' },
  'device.online online': { ja: '応答あり', en: 'online' },
};

const KINDS: Record<Kind, Bilingual> = {
  'contact.state': { ja: 'ドア・窓の開閉', en: 'door or window' },
  'occupancy.state': { ja: '人の動き', en: 'movement' },
  'presence.count': { ja: '検知した数', en: 'how many are there' },
  'lock.state': { ja: '鍵', en: 'lock' },
  'power.active': { ja: '電力', en: 'power' },
  'energy.import': { ja: '電気の使用量', en: 'energy used' },
  'energy.export': { ja: '電気の売電量', en: 'energy fed in' },
  'switch.state': { ja: '入り切り', en: 'on or off' },
  'input.state': { ja: '有線の入力', en: 'wired input' },
  voltage: { ja: '電圧', en: 'voltage' },
  current: { ja: '電流', en: 'current' },
  'battery.percent': { ja: '電池の残量', en: 'battery' },
  'battery.low': { ja: '電池の残りわずか', en: 'battery low' },
  'battery.voltage': { ja: '電池の電圧', en: 'battery voltage' },
  'tamper.state': { ja: '取り外しの検知', en: 'tampering' },
  'link.quality': { ja: '電波の状態', en: 'radio' },
  'device.online': { ja: '応答', en: 'online or offline' },
};

/** What a kind of value is called. */
export function kindText(kind: Kind): Bilingual {
  return KINDS[kind];
}

const UNITS: Record<string, { unit: string; divisor: number; digits: number }> = {
  mW: { unit: 'W', divisor: 1000, digits: 1 },
  mWh: { unit: 'kWh', divisor: 1_000_000, digits: 2 },
  mV: { unit: 'V', divisor: 1000, digits: 1 },
  mA: { unit: 'A', divisor: 1000, digits: 2 },
  '%': { unit: '%', divisor: 1, digits: 0 },
  lqi: { unit: '', divisor: 1, digits: 0 },
};

/** What a value of the vocabulary says, in words: `opened`, `12.4 W`. */
export function valueText(kind: Kind, value: number): Bilingual {
  const state = codeName(kind, value);
  if (state !== undefined) return STATES[`${kind} ${state}`] ?? { ja: state, en: state };
  const shown = UNITS[vocabularyOf(kind).unit];
  if (!shown) return { ja: String(value), en: String(value) };
  const number = (value / shown.divisor).toFixed(shown.digits);
  const text = shown.unit === '' ? number : `${number} ${shown.unit}`;
  return { ja: text, en: text };
}

/** What a released record says, in words: `mean 212 W`, `3 times`. */
export function recordText(property: Property, quantity: Quantity, value: number): Bilingual {
  switch (quantity) {
    case 'state':
    case 'last_state': {
      const state = stateName(property, value) ?? String(value);
      return STATES[`${property} ${state}`] ?? { ja: state, en: state };
    }
    case 'count':
      return { ja: `${value} 回`, en: value === 1 ? 'once' : `${value} times` };
    case 'mean_power_w':
      return { ja: `平均 ${value} W`, en: `mean ${value} W` };
    case 'energy_wh':
      return { ja: `合計 ${value} Wh`, en: `total ${value} Wh` };
    case 'power_w':
      return { ja: `${value} W`, en: `${value} W` };
    case 'percent':
      return { ja: `${value} %`, en: `${value} %` };
    case 'count_band':
      return bandText(quantity, value, { ja: ' 回', en: value === 1 ? ' time' : ' times' });
    case 'mean_power_band_w': {
      const { ja, en } = bandText(quantity, value);
      return { ja: `平均 ${ja}`, en: `mean ${en}` };
    }
    case 'energy_band_wh': {
      const { ja, en } = bandText(quantity, value);
      return { ja: `合計 ${ja}`, en: `total ${en}` };
    }
    case 'percent_band':
      return bandText(quantity, value);
  }
}

/** The values that a band stands for: `100 to 199 W`, `64 times or more`. */
function bandText(quantity: Quantity, value: number, of?: Bilingual): Bilingual {
  const { unit } = QUANTITIES[quantity];
  const { ja, en } = of ?? { ja: ` ${unit}`, en: ` ${unit}` };
  const { lowest, highest } = boundsOf(quantity, value) ?? { lowest: value, highest: value };
  if (lowest === highest) return { ja: `${value}${ja}`, en: `${value}${en}` };
  if (highest === undefined) return { ja: `${lowest}${ja}以上`, en: `${lowest}${en} or more` };
  if (lowest === undefined) return { ja: `${highest}${ja}以下`, en: `${highest}${en} or less` };
  return { ja: `${lowest}～${highest}${ja}`, en: `${lowest} to ${highest}${en}` };
}

const REASONS: Record<string, Bilingual> = {
  noGrant: { ja: '同意がないため', en: 'nobody has agreed to it' },
  deviceNotApproved: { ja: '機器が承認されていないため', en: 'the device is not approved' },
  neverLeaves: { ja: '家の外へ出さないと決めている情報のため', en: 'this never leaves the home' },
  notAnEvent: { ja: '前と同じ知らせのため', en: 'nothing new happened' },
  uncertain: { ja: '値が確かでないため', en: 'the value is uncertain' },
  grantExpired: { ja: '同意の期限が過ぎたため', en: 'the consent has expired' },
  notYetValid: { ja: '同意より前のできごとのため', en: 'it happened before the consent' },
  outsideHours: { ja: '同意した時間帯の外のため', en: 'outside the hours agreed' },
  notEveryone: { ja: 'ここで暮らす全員の同意がそろっていないため', en: 'not everybody who lives here has agreed' },
  paused: { ja: '提供を一時停止しているため', en: 'everything is paused' },
  visitors: { ja: '来客中のため', en: 'visitors are here' },
  legalClass: { ja: '法律上の区分に合わないため', en: 'its legal class does not allow it' },
  outOfScope: { ja: '同意した部屋や機器の外のため', en: 'outside the rooms or devices agreed' },
  levelHome: { ja: '家の中だけに置く段階のため', en: 'it stays at home at this level' },
  noProfile: { ja: 'この種類を外に出す方法がないため', en: 'there is no way for this kind to leave' },
  outboxFull: { ja: '送信待ちがいっぱいのため', en: 'too much is waiting to be sent' },
  clockUntrusted: { ja: '時計が合っているか確かめられないため', en: 'the clock cannot be trusted yet' },
  consentUnreadable: { ja: '同意の記録を読み取れないため', en: 'the consent book cannot be read' },
  suppressed: { ja: '確かめられた時間が短すぎるため', en: 'too little of its window was observed' },
  late: { ja: '締め切った時間帯の知らせが遅れて届いたため', en: 'it came after its window had closed' },
};

/** Why something was refused, in words. */
export function reasonText(reason: string): Bilingual {
  return REASONS[reason] ?? { ja: '受け取れない内容のため', en: 'its content could not be taken' };
}
