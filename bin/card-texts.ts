/** What the program of the recovery card says, in the two languages of a household. */
export const CARD_TEXTS = {
  en: {
    help: `engawa card check
    Check a recovery card: whether it was copied right, and if not, which group is wrong. Sends nothing.
engawa card erase --broker URL [--operator KEY]
    Withdraw and erase everything the home of this card has shared with one operator.
engawa card write FILE --operator KEY [--ordinals N]
    The same without network: write the withdrawals to a file that any machine can post later.
engawa card post FILE --broker URL
    Post such a file. Needs no card.
engawa card hub
    Put this card's secret into an empty home, so that a new hub here takes the place of the old one.

  --operator KEY     the line "Operator" printed with the card: its key or fingerprint
  --card FILE        read the card from a file instead of the terminal
  --receipts FILE    where the broker's signed receipts go (default engawa-receipts.jsonl); begun again, it goes on
  --ordinals N       how many agreements to count through, where the broker does not say (default 64)
  --devices N        the highest device that may have been named (default 64; 0: only the home)
  --epoch-days A,B   lengths of key epochs, in days, besides those of the operator's offers (default 28)
  --since DATE       the earliest date anything was shared (default 2026-01-01)
  --json             answer as JSON

This program works on any machine and needs no hub. Whoever has the card can erase, and only that: nothing can be read with it.`,
    ask: 'The recovery card (14 groups of 4 characters): ',
    good: 'The card was copied right.',
    unpinned: (operator: string) =>
      `No operator was named: this broker's is ${operator}. Compare it with the line on the card; only then do its receipts prove anything.`,
    counting: (names: number) =>
      `Counting through ${names} names the home may have used. Only those it did use are erased.`,
    progress: (names: number) => `${names} names asked`,
    done: (erased: number, file: string) =>
      `Done: ${erased} names were held by the broker and are withdrawn and erased there. Its signed receipts, verified, are in ${file}. Recipients are told to erase what they have; whether they do is theirs to prove.`,
    nothing:
      'Done: the broker held nothing under any of these names. If something should have been there, count further with --ordinals, --devices, --epoch-days or --since.',
    written: (names: number, file: string) =>
      `Wrote ${names} withdrawals to ${file}. Carry it to any machine with network and run: engawa card post ${file} --broker URL. Keep it safe until then, and remove it afterwards.`,
    hub: (folder: string) =>
      `The card's secret is in ${folder}. Start the hub and enrol it with a new code of the operator: it is the same hub for the broker. Nothing is granted, and "engawa hub withdraw OFFER" reaches what the old one shared.`,
    words: ['That is not how this command is written.', 'See: engawa card --help'],
    operator: [
      'The operator is missing or is not one.',
      'Give the whole line "Operator" printed with the card (64 characters), or its key, as --operator KEY.',
    ],
    number: ['An option is not the number, list or date it should be.', 'See: engawa card --help'],
    receipts: (file: string) => [
      `${file} cannot be written, or holds the receipts of other work.`,
      'Name another file with --receipts FILE.',
    ],
    file: (file: string) => [`${file} cannot be read or written, or is there already.`, 'Check its name.'],
  },
  ja: {
    help: `engawa card check
    復元カードを確かめます。写し間違いがあれば、何番目のグループかを示します。何も送りません。
engawa card erase --broker URL [--operator KEY]
    このカードの家が、ある事業者に提供したものすべての同意を撤回し、消去します。
engawa card write FILE --operator KEY [--ordinals N]
    ネットワークなしで、撤回をファイルに書きます。あとでどの機械からでも送れます。
engawa card post FILE --broker URL
    そのファイルを送ります。カードは要りません。
engawa card hub
    空のホームにこのカードの秘密を入れます。新しいハブが、元のハブの代わりになります。

  --operator KEY     カードと一緒に印刷された「事業者」の行(鍵またはその指紋)
  --card FILE        端末からではなく、ファイルからカードを読みます
  --receipts FILE    署名つき受領証の保存先(既定 engawa-receipts.jsonl)。もう一度実行すると続きから始まります
  --ordinals N       データブローカーが答えないとき、数える契約の数(既定 64)
  --devices N        名前に使われた可能性のある機器の最大の番号(既定 64、0なら家だけ)
  --epoch-days A,B   お願いに書かれたもののほかに試す、鍵の期間の日数(既定 28)
  --since DATE       最も早く提供した可能性のある日(既定 2026-01-01)
  --json             JSONで答えます

このプログラムは、ハブがなくても、どの機械でも動きます。カードでできるのは消去だけで、何かを読むことはできません。`,
    ask: '復元カード(4文字ずつ14グループ): ',
    good: 'カードは正しく写されています。',
    unpinned: (operator: string) =>
      `事業者が指定されていません。このデータブローカーの事業者は ${operator} です。カードの行と見くらべてください。一致してはじめて、受領証が証拠になります。`,
    counting: (names: number) =>
      `この家が使った可能性のある${names}個の名前を数えます。消去されるのは、実際に使われたものだけです。`,
    progress: (names: number) => `${names}個の名前を送りました`,
    done: (erased: number, file: string) =>
      `終わりました。データブローカーにあった${erased}個の名前を撤回し、消去しました。署名を確かめた受領証は ${file} にあります。提供先には消去を求める知らせが届きます。提供先が消去したことは、提供先が示すものです。`,
    nothing:
      '終わりました。データブローカーには、これらの名前のものは何もありませんでした。あるはずのときは、--ordinals、--devices、--epoch-days、--since で範囲を広げてください。',
    written: (names: number, file: string) =>
      `${names}個の撤回を ${file} に書きました。ネットワークのある機械に運び、「engawa card post ${file} --broker URL」を実行してください。それまでは安全に保管し、終わったら消してください。`,
    hub: (folder: string) =>
      `カードの秘密を ${folder} に入れました。ハブを起動し、事業者の新しいコードで登録してください。データブローカーにとっては同じハブです。同意は一つもありません。「engawa hub withdraw OFFER」で、元のハブが提供したものも撤回できます。`,
    words: ['命令の書き方が違います。', '「engawa card --help」をご覧ください。'],
    operator: [
      '事業者が指定されていないか、正しくありません。',
      'カードと一緒に印刷された「事業者」の行(64文字)か、その鍵を --operator KEY で指定してください。',
    ],
    number: ['数や日付の書き方が正しくない指定があります。', '「engawa card --help」をご覧ください。'],
    receipts: (file: string) => [
      `${file} に書けないか、別の作業の受領証が入っています。`,
      '「--receipts FILE」で別のファイルを指定してください。',
    ],
    file: (file: string) => [`${file} を読めないか、書けないか、すでにあります。`, '名前を確かめてください。'],
  },
} as const;
