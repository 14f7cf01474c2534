import { describe, expect, test } from 'vitest';
import { recordText } from '../../../../gateway/household/texts.ts';
import type { Property, Quantity } from '../../../../proto/lists.ts';

describe('what a released record says', () => {
  test.each<[Property, Quantity, number, string, string]>([
    ['contact.state', 'state', 1, '開いた', 'opened'],
    ['device.online', 'last_state', 0, '応答なし', 'offline'],
    ['contact.state', 'count', 1, '1 回', 'once'],
    ['contact.state', 'count', 3, '3 回', '3 times'],
    ['contact.state', 'count_band', 0, '0 回', '0 times'],
    ['contact.state', 'count_band', 1, '1 回', '1 time'],
    ['contact.state', 'count_band', 4, '4～7 回', '4 to 7 times'],
    ['contact.state', 'count_band', 64, '64 回以上', '64 times or more'],
    ['power.active', 'mean_power_w', 210, '平均 210 W', 'mean 210 W'],
    ['power.active', 'mean_power_band_w', 0, '平均 -49～49 W', 'mean -49 to 49 W'],
    ['power.active', 'mean_power_band_w', 400, '平均 400～799 W', 'mean 400 to 799 W'],
    ['power.active', 'mean_power_band_w', -50, '平均 -99～-50 W', 'mean -99 to -50 W'],
    ['power.active', 'mean_power_band_w', -12_800, '平均 -12800 W以下', 'mean -12800 W or less'],
    ['power.active', 'power_w', 12, '12 W', '12 W'],
    ['energy.import', 'energy_wh', 300, '合計 300 Wh', 'total 300 Wh'],
    ['energy.import', 'energy_band_wh', 200, '合計 200～399 Wh', 'total 200 to 399 Wh'],
    ['battery.percent', 'percent', 85, '85 %', '85 %'],
    ['battery.percent', 'percent_band', 10, '10～24 %', '10 to 24 %'],
    ['battery.percent', 'percent_band', 3, '3 %', '3 %'],
  ])('%s as %s of %i', (property, quantity, value, ja, en) => {
    expect(recordText(property, quantity, value)).toEqual({ ja, en });
  });
});
