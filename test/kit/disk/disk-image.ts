import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { FileOnDisk } from './file-on-disk.ts';
import type { TraceRecord } from './trace.ts';

type Entry = FileOnDisk | 'folder';

/** A change of names that no sync of its folder has made safe yet. */
interface NameChange {
  readonly at: number;
  readonly folder: string;
  readonly apply: (names: Map<string, Entry>) => void;
}

const O_TRUNC = 0o1000;

/**
 * A folder as its disk holds it while a trace is replayed: what was synced, and what was only written. `image` tells
 * what a power cut at this moment could leave of it.
 */
export class DiskImage {
  readonly #root: string;
  /** Names as the program sees them, and as a sync of their folder made them safe. */
  readonly #names = new Map<string, Entry>();
  readonly #safeNames = new Map<string, Entry>();
  readonly #byInode = new Map<number, FileOnDisk>();
  #nameChanges: NameChange[] = [];
  /** Where each thread's sync under way began. */
  readonly #syncs = new Map<number, { readonly at: number; readonly inode: number }>();
  #at = 0;

  /** `root` is the absolute path of the folder, empty when the trace begins. */
  constructor(root: string) {
    this.#root = root;
    for (const names of [this.#names, this.#safeNames]) names.set(root, 'folder');
  }

  /** Replays the next record of the trace. */
  take({ kind, inode, value, path, data }: TraceRecord): void {
    this.#at += 1;
    if (kind === 'opened') this.#open(inode, value, path);
    if (kind === 'wrote') this.#byInode.get(inode)?.write(this.#at, value, data);
    if (kind === 'resized') this.#byInode.get(inode)?.resize(this.#at, value);
    if (kind === 'madeFolder') this.#rename(path, (names) => void names.set(path, 'folder'));
    if (kind === 'removed') this.#rename(path, (names) => void names.delete(path));
    if (kind === 'renamed') this.#move(path, data.toString());
    if (kind === 'syncBegan') this.#syncs.set(value, { at: this.#at, inode });
    if (kind === 'syncEnded') this.#synced(value, path);
  }

  /** Whether anything was written that a power cut now could take away. */
  get isClean(): boolean {
    return (
      this.#nameChanges.length === 0 && [...this.#names.values()].every((entry) => entry === 'folder' || entry.isClean)
    );
  }

  /**
   * The files a power cut now could leave, by path below the root: everything synced, and of the rest whatever the
   * random numbers (from 0 up to 1) choose. Changes of names in a folder are undone from the last one backwards.
   */
  image(random: () => number): Map<string, Buffer> {
    const names = new Map(this.#safeNames);
    for (const folder of new Set(this.#nameChanges.map((change) => change.folder))) {
      const changes = this.#nameChanges.filter((change) => change.folder === folder);
      // Often all or nothing: what lies between is only one of the cases.
      const kept = Math.round(Math.min(1, Math.max(0, random() * 2 - 0.5)) * changes.length);
      for (const { apply } of changes.slice(0, kept)) apply(names);
    }
    return this.#filesOf(names, (file) => file.afterCut(random));
  }

  /** The files as the program sees them now. */
  files(): Map<string, Buffer> {
    return this.#filesOf(this.#names, (file) => file.now());
  }

  #filesOf(names: ReadonlyMap<string, Entry>, contentOf: (file: FileOnDisk) => Buffer): Map<string, Buffer> {
    const files = new Map<string, Buffer>();
    for (const [path, entry] of names) {
      // What lies in a folder that is not there is not there either.
      if (entry !== 'folder' && names.get(dirname(path)) === 'folder')
        files.set(relative(this.#root, path), contentOf(entry));
    }
    return files;
  }

  #open(inode: number, flags: number, path: string): void {
    const known = this.#names.get(path);
    if (known !== undefined && known !== 'folder') {
      if ((flags & O_TRUNC) !== 0) known.resize(this.#at, 0);
      return;
    }
    const file = new FileOnDisk();
    this.#byInode.set(inode, file);
    this.#rename(path, (names) => void names.set(path, file));
  }

  #move(from: string, to: string): void {
    const entry = this.#names.get(from);
    if (entry === undefined || entry === 'folder') throw new Error(`no file ${from} is known to be renamed`);
    this.#rename(to, (names) => {
      names.delete(from);
      if (to !== '') names.set(to, entry);
    });
  }

  #rename(path: string, apply: NameChange['apply']): void {
    apply(this.#names);
    this.#nameChanges.push({ at: this.#at, folder: dirname(path), apply });
  }

  /** What was written before the sync began is safe, and nothing else. */
  #synced(thread: number, path: string): void {
    const began = this.#syncs.get(thread);
    if (!began) return;
    this.#syncs.delete(thread);
    this.#byInode.get(began.inode)?.synced(began.at);
    if (this.#names.get(path) !== 'folder') return;
    const isSafe = ({ at, folder }: NameChange): boolean => folder === path && at < began.at;
    for (const { apply } of this.#nameChanges.filter(isSafe)) apply(this.#safeNames);
    this.#nameChanges = this.#nameChanges.filter((change) => !isSafe(change));
  }
}

/** Writes files into a folder, for this user only. */
export function writeFiles(files: ReadonlyMap<string, Buffer>, folder: string): void {
  for (const [path, content] of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), content, { mode: 0o600 });
  }
}
