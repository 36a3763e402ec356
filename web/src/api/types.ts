export type AnswerState = 'waiting' | 'running' | 'complete' | 'stopped' | 'interrupted' | 'failed';
export type Size = 'small' | 'large';
export type Effort = 'low' | 'medium' | 'high';
export type Both = { fr: string; en: string };

export type Model = {
  id: string;
  name: string;
  context_tokens: number;
  capabilities: string[];
  bundled: boolean;
  state: 'ready' | 'starting' | 'away';
};
export type Choice = { assistant: { id: string; name: Both }; size: Size; model: Model };
export type User = {
  id: string;
  email: string;
  name: string;
  role: string;
  language: 'fr' | 'en' | null;
};
export type Contacts = Record<
  'charter' | 'data_protection' | 'security' | 'accessibility',
  string | null
>;
export type Charter = {
  version: number;
  fr: string;
  en: string;
  published_at: string | null;
  accepted_at: string | null;
};
export type GuidePage = { number: number; name: string; title: string; text: string };
export type Me = {
  user: User;
  institution: { slug: string; name: string };
  choices: Choice[];
  quota: {
    limit: number;
    remaining: number;
    resets_in_seconds: number;
    window_seconds: number;
    tokens: { limit: number; remaining: number; resets_in_seconds: number } | null;
  };
  retention: { days: number | null };
  accepted: boolean;
  contacts: Contacts;
  session_id: string | null;
};
export type Colour = 'grey' | 'teal' | 'blue' | 'violet' | 'rose' | 'red' | 'amber' | 'green';
export type Project = {
  id: string;
  name: string;
  instructions: string;
  colour: Colour;
  created_at: string;
};
export type Conversation = {
  id: string;
  title: string | null;
  assistant_id: string;
  size: Size;
  pinned: boolean;
  project_id: string | null;
  created_at: string;
  updated_at: string;
  running: boolean;
};
/** A stretch of plain text, and whether a search asked for it. */
export type Part = { text: string; found: boolean };
export type Hit = {
  conversation_id: string;
  title: Part[] | null;
  pinned: boolean;
  project_id: string | null;
  at: string;
  messages: number;
  message_id: string | null;
  role: 'user' | 'assistant' | 'summary' | null;
  snippet: Part[];
};
export type Message = {
  id: string;
  conversation_id: string;
  parent_id: string | null;
  role: 'user' | 'assistant' | 'summary';
  text: string;
  reasoning: string | null;
  reasoning_seconds: number | null;
  state: AnswerState;
  error: { code: string; message: string } | null;
  model_id: string | null;
  finish_reason: string | null;
  last_event: number;
  created_at: string;
  files?: MessageFile[];
};
export type StoredFile = {
  id: string;
  name: string;
  conversation_id: string | null;
  state: 'uploading' | 'reading' | 'ready' | 'failed';
  size_bytes: number;
  kind: string | null;
  pages: number | null;
  tokens: number | null;
  remarks: string[];
  failure: { code: string; message: string } | null;
  created_at: string;
};
export type FileLimits = {
  kinds: string[];
  max_file_bytes: number;
  max_pages: number;
  files_a_conversation: number;
};
/** A file of a message; of an answer, how much was read. Without its name it was deleted. */
export type MessageFile = {
  id: string;
  name: string | null;
  pages: number | null;
  tokens: number | null;
  whole: boolean | null;
  passages: number | null;
  /** In a temporary conversation: what was read of it, in this page's memory alone. */
  text?: string | null;
};
export type FileRead = {
  kind: string;
  pages: number | null;
  tokens: number;
  text: string;
  remarks: string[];
};
/** What is held about the reader, in counts. */
export type Held = {
  email: string;
  name: string;
  since: string;
  conversations: { count: number; messages: number; since: string | null };
  files: { count: number; bytes: number; being_erased: number };
  sessions: { count: number; until: string | null };
  keys: { count: number; revoked: number };
  projects: number;
  collections: number;
  usage: { days: number; questions: number };
};
export type Receipt = {
  id: string;
  what: 'conversations' | 'account';
  counts: Record<string, number>;
  begun_at: string;
  finished_at: string | null;
};
export type Session = {
  id: string;
  device: string;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  current: boolean;
};
export type Key = {
  id: string;
  name: string;
  prefix: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  models: string[] | null;
  lane: 'api' | 'batch';
  requests_per_minute: number | null;
  concurrent_requests: number | null;
  tokens_per_day: number | null;
};
export type KeyUsage = {
  key_id: string;
  questions_today: number;
  tokens_today: number;
  questions_of_30_days: number;
  tokens_of_30_days: number;
};
/** A service of an institution that says who people are. */
export interface Provider {
  id: string;
  name: { fr: string; en: string };
}

/** Every such service; `by_email` when an address can choose one. */
export interface Providers {
  providers: Provider[];
  by_email: boolean;
}

export type Invitation = {
  email: string | null;
  name: string | null;
  institution_name: string;
  first: boolean;
};

/** One event of an answer's stream, as the server numbers it. */
export type AnswerEvent =
  | { number: number; name: 'queued'; data: { position: number; eta_seconds: number | null } }
  | { number: number; name: 'started'; data: { model_id: string } }
  | { number: number; name: 'reasoning' | 'delta'; data: { text: string } }
  | {
      number: number;
      name: 'snapshot';
      data: { text: string; reasoning: string; state?: AnswerState };
    }
  | {
      number: number;
      name: 'done';
      data: {
        state: AnswerState;
        text_length?: number;
        finish_reason: string | null;
        error: { code: string; message: string; retry_after: number | null } | null;
      };
    };
