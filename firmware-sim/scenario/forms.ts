import { wallMs } from '../world/calendar.ts';

/** What a topic of the user's looks like, in words. */
export const TOPIC_FORM = 'a topic of 1 to 200 characters without + and #, and no / at its ends';

/** What a time zone looks like, in words. */
export const ZONE_FORM = 'a name such as Asia/Tokyo or Europe/Paris';

/** Whether a text is an MQTT topic that can be published to, with more levels under it. */
export function isTopic(text: string): boolean {
  return text.length > 0 && text.length <= 200 && !/[+#\0]/.test(text) && !/^[/$]|\/$/.test(text);
}

/** Whether this machine knows a time zone. */
export function isZone(zone: string): boolean {
  try {
    wallMs(0, zone);
    return true;
  } catch {
    return false;
  }
}
