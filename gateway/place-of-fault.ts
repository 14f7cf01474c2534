/** Where in the program a fault happened; never its message, which may repeat content, over several lines too. */
export function placeOf(fault: unknown): string {
  if (!(fault instanceof Error)) return 'unknown';
  const { stack = '', message, name } = fault;
  const at = stack.indexOf(message);
  const frame = at < 0 ? undefined : stack.slice(at + message.length).split('\n')[1];
  return frame?.trim() ?? name;
}
