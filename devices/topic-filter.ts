/** Whether a topic is among some. */
export type Matches = (topic: string) => boolean;

/**
 * Makes a test for topics out of MQTT topic filters with `+` and `#` [MQTT-4.7]. Unlike there a `#` stands for at least one
 * level: no dialect says anything on its bare base. Topics that begin with `$` match none.
 */
export function anyOf(filters: readonly string[]): Matches {
  const tests = filters.map(one);
  return (topic) => !topic.startsWith('$') && tests.some((test) => test(topic));
}

function one(filter: string): Matches {
  const levels = filter.split('/');
  if (!levels.includes('+') && filter.endsWith('/#')) {
    const below = filter.slice(0, -1);
    return (topic) => topic.startsWith(below);
  }
  const isOpen = levels.at(-1) === '#';
  const fixed = isOpen ? levels.slice(0, -1) : levels;
  return (topic) => {
    const said = topic.split('/');
    const isLong = isOpen ? said.length > fixed.length : said.length === fixed.length;
    return isLong && fixed.every((level, index) => level === '+' || level === said[index]);
  };
}
