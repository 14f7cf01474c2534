/** Packet ids an MQTT client has [MQTT-2.3.1-1], and so values of one device that can be told apart. */
export const IDS = 65_535;
/** The lowest power value that stands for an event: always five digits, always below a home's 100 kW. */
const FIRST_VALUE = 10_000;
/** Below that: the value with which each device says which one it is. */
const FIRST_NAME = 1_000;
/** Digits of the meter reading, which changes with every message so that no packet equals another. */
const METER_DIGITS = 9;

/** What a smart plug says through Zigbee2MQTT, some 200 bytes; `power` and `energy` are patched in place. */
const SAID =
  '{"child_lock":"UNLOCK","countdown":0,"current":0.52,"energy":100000.000,"indicator_mode":"off/on","linkquality":200,' +
  '"power":10000,"power_outage_memory":"restore","state":"ON","update_available":false,"voltage":231}';

const POWER_AT = SAID.indexOf('"power":') + '"power":'.length;
const ENERGY_AT = SAID.indexOf('"energy":') + '"energy":'.length;

/** The topic of the device with this index. */
export const topicOf = (device: number): string => `zigbee2mqtt/plug_${String(device).padStart(2, '0')}`;

/** The message by which a device says which one it is, at a receiver that sees only a pseudonym. */
export const nameMessage = (device: number): string => SAID.replace('"power":10000', `"power":${FIRST_NAME + device}`);

/** The message that a prebuilt packet holds. */
export const EVENT_MESSAGE = SAID;

/** The watts of the event in this slot (packet id less one). */
export const wattsOf = (slot: number): number => FIRST_VALUE + slot;

/** What a received value means: an event's slot, a device's name, or nothing of ours. */
export function meaningOf(watts: number): { slot: number } | { device: number } | undefined {
  if (watts >= FIRST_VALUE && watts < FIRST_VALUE + IDS) return { slot: watts - FIRST_VALUE };
  return watts >= FIRST_NAME && watts < FIRST_NAME + 1_000 ? { device: watts - FIRST_NAME } : undefined;
}

/** Writes power and meter reading into the packet whose payload begins at `payload`. */
export function patch(packet: Buffer, payload: number, slot: number, meter: number): void {
  putDigits(packet, payload + POWER_AT, wattsOf(slot), 5);
  const whole = Math.floor(meter / 1_000);
  putDigits(packet, payload + ENERGY_AT, whole, METER_DIGITS - 3);
  putDigits(packet, payload + ENERGY_AT + METER_DIGITS - 2, meter - whole * 1_000, 3);
}

/** A meter reading in 1/1000 kWh that stays at six digits before the point. */
export const meterReading = (count: number): number => 100_000_000 + (count % 800_000_000);

/** The watts in a message of ours, from its JSON. */
export function wattsIn(bytes: Buffer, from: number, to: number): number {
  const at = bytes.indexOf('"power":', from, 'latin1');
  if (at < 0 || at >= to) return Number.NaN;
  return Number.parseInt(bytes.toString('latin1', at + 8, Math.min(to, at + 16)), 10);
}

function putDigits(packet: Buffer, at: number, value: number, digits: number): void {
  let left = value;
  for (let digit = digits - 1; digit >= 0; digit -= 1) {
    const tenth = Math.floor(left / 10);
    packet[at + digit] = 48 + left - tenth * 10;
    left = tenth;
  }
}
