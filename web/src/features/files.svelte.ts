import { call, Refused, upload } from '../api/client';
import type { FileLimits, FileRead, MessageFile, StoredFile } from '../api/types';
import { say } from '../words/words.svelte';
import { told } from './refusal';

/** What is known of kinds and sizes before anything is sent; asked for once. */
export const limits = $state<{ known: FileLimits | null }>({ known: null });

export async function loadLimits(): Promise<FileLimits> {
  limits.known ??= await call<FileLimits>('GET', '/api/documents/limits');
  return limits.known;
}

/** Ends of names that are documents under another name. */
const ALSO: Record<string, string> = {
  htm: 'html',
  markdown: 'md',
  text: 'txt',
  tsv: 'csv',
  docm: 'docx',
  xlsm: 'xlsx',
  pptm: 'pptx',
};

/** For the file dialog: every kind that can be read. */
export function accepted(known: FileLimits): string {
  return [...known.kinds, ...Object.keys(ALSO)].map((each) => `.${each}`).join(',');
}

/** Why a file would be refused, said before it is sent; null when it would not. */
export function refusedBefore(file: File, known: FileLimits): string | null {
  const end = file.name.split('.').pop()!.toLowerCase();
  if (!known.kinds.includes(ALSO[end] ?? end)) return say('fileKindRefused', { name: file.name });
  if (file.size > known.max_file_bytes)
    return say('fileTooLarge', { name: file.name, megabytes: megabytes(known.max_file_bytes) });
  return null;
}

export function megabytes(bytes: number): number {
  return Math.floor(bytes / 1_048_576);
}

const LOCKED = ['password_needed', 'password_wrong'];

/** One file beside the question: on its way, being read, ready, or failed with why. */
export class Attachment {
  readonly key = crypto.randomUUID();
  stored = $state<StoredFile | null>(null);
  failure = $state<string | null>(null);
  sent = $state(0);
  #locked = $state(false);
  #leaving = new AbortController();

  /** What a temporary conversation holds of it: nobody else does. */
  text: string | null = null;

  /** `kept`: the server keeps it; else it reads it and gives its text back. */
  constructor(
    readonly file: File,
    readonly kept: boolean,
  ) {}

  get name(): string {
    return this.stored?.name ?? this.file.name;
  }

  get state(): 'uploading' | 'reading' | 'ready' | 'failed' {
    if (this.failure) return 'failed';
    const state = this.stored?.state ?? 'uploading';
    return state;
  }

  /** What the question shows of it. */
  get mark(): MessageFile {
    const { id, pages, tokens } = this.stored!;
    const { name, text } = this;
    return { id, name, pages, tokens, whole: null, passages: null, text };
  }

  /** Whether it failed for want of a password. */
  get locked(): boolean {
    return this.#locked || LOCKED.includes(this.stored?.failure?.code ?? '');
  }

  get why(): string | null {
    return this.failure ?? this.stored?.failure?.message ?? null;
  }

  async send(conversation: string, password?: string): Promise<void> {
    this.failure = null;
    this.#locked = false;
    this.sent = 0;
    try {
      if (!this.kept) return await this.#read(password);
      const path = `/api/documents/upload?conversation_id=${conversation}`;
      const { signal } = this.#leaving;
      this.stored = await upload<StoredFile>(path, this.file, signal, (part) => (this.sent = part));
      await this.#watch();
    } catch (error) {
      if (this.#leaving.signal.aborted) return;
      this.#locked = error instanceof Refused && LOCKED.includes(error.code);
      this.failure = told(error);
    }
  }

  async #read(password?: string): Promise<void> {
    const { signal } = this.#leaving;
    const headers: Record<string, string> = {};
    if (password) headers['x-file-password'] = encodeURIComponent(password);
    const path = '/api/temporary/files';
    const read = await upload<FileRead>(
      path,
      this.file,
      signal,
      (part) => (this.sent = part),
      headers,
    );
    this.text = read.text;
    this.stored = {
      ...read,
      id: this.key,
      name: this.file.name,
      conversation_id: null,
      state: 'ready',
      size_bytes: this.file.size,
      failure: null,
      created_at: '',
    };
  }

  async retry(conversation: string, password?: string): Promise<void> {
    if (!this.stored) return this.send(conversation, password);
    this.failure = null;
    try {
      const path = `/api/documents/${this.stored.id}/retry`;
      this.stored = await call<StoredFile>('POST', path, password ? { password } : {});
      await this.#watch();
    } catch (error) {
      this.failure = told(error);
    }
  }

  /** Take it away; what is stored is deleted. */
  remove(): void {
    this.#leaving.abort();
    if (this.stored && this.kept)
      call('DELETE', `/api/documents/${this.stored.id}`).catch(() => undefined);
  }

  /** Let it be: it went with a question. */
  leave(): void {
    this.#leaving.abort();
  }

  async #watch(): Promise<void> {
    let pause = 250;
    while (this.stored!.state === 'reading' && !this.#leaving.signal.aborted) {
      await new Promise((wake) => setTimeout(wake, pause));
      pause = Math.min(3000, pause * 1.5);
      try {
        this.stored = await call<StoredFile>('GET', `/api/documents/${this.stored!.id}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
    }
  }
}

/** The files beside a question that is being written. */
export class Attachments {
  list = $state<Attachment[]>([]);
  refusals = $state<string[]>([]);

  constructor(readonly kept: boolean) {}

  get settled(): boolean {
    return this.list.every((each) => each.state === 'ready');
  }

  async add(files: Iterable<File>, conversation: string): Promise<void> {
    const known = await loadLimits();
    this.refusals = [];
    for (const file of files) {
      const refused = refusedBefore(file, known);
      if (refused) this.refusals.push(refused);
      else if (this.list.length >= known.files_a_conversation)
        this.refusals.push(say('fileTooMany', { limit: known.files_a_conversation }));
      else {
        const added = new Attachment(file, this.kept);
        this.list.push(added);
        // What was pushed is watched by the page; what was made is not.
        void this.list.at(-1)!.send(conversation);
      }
    }
  }

  remove(attachment: Attachment): void {
    attachment.remove();
    this.list = this.list.filter((each) => each.key !== attachment.key);
  }

  /** The ids for the question that is sent now; the list is empty from here on. */
  take(): Attachment[] {
    const taken = this.list;
    this.list = [];
    this.refusals = [];
    return taken;
  }

  /** The question was refused: its files are beside the box again. */
  giveBack(taken: Attachment[]): void {
    this.list = [...taken, ...this.list];
  }
}
