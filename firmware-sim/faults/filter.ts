/** Whether an MQTT topic filter covers a topic; `+` is one level, `#` the rest with its parent, and neither begins at `$`. */
export function covers(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) {
    return false;
  }
  for (const [index, want] of wanted.entries()) {
    if (want === '#') {
      return true;
    }
    if (index >= levels.length || (want !== '+' && want !== levels[index])) {
      return false;
    }
  }
  return wanted.length === levels.length;
}
