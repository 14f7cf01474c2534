/** Reads a recipient's live feed until the signal; tells each record's pseudonym and value in the turn it came. */
export async function readLiveFeed(
  url: string,
  token: string,
  signal: AbortSignal,
  onRecord: (pseudonym: string, value: number) => void,
): Promise<void> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  if (!answer.ok || answer.body === null) throw new Error(`the live feed answered ${answer.status}`);
  const { body } = answer;
  const reading = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line, onRecord);
    }
  };
  // Ends with an error when it is aborted, which is how it is meant to end.
  void reading().catch(() => undefined);
}

function take(line: string, onRecord: (pseudonym: string, value: number) => void): void {
  if (!line.startsWith('data:')) return;
  const { type, pseudonym, value } = JSON.parse(line.slice('data:'.length));
  if (type === 'record') onRecord(pseudonym, value);
}
