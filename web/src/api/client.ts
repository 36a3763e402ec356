import type { AnswerEvent } from './types';

/** What the server says no with: words for people, and when to come back. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {}

let language = 'en';

/** Ask for error texts in `chosen`. */
export function speak(chosen: string): void {
  language = chosen;
}

/** Send a request of the page and return its JSON; throws `Refused` or `Unreachable`. */
export async function call<Answer = void>(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await sent(method, path, body);
  if (answer.status === 204) return undefined as Answer;
  return (await answer.json()) as Answer;
}

/** Fetch a file; throws `Refused` or `Unreachable`. */
export async function file(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ content: Blob; name: string | null }> {
  const answer = await sent(method, path, body);
  const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('content-disposition') ?? '');
  return { content: await answer.blob(), name: named ? decodeURIComponent(named[1]!) : null };
}

/** The server sends a sign of life at least every 15 s: after this silence the line is dead. */
const SILENCE_MILLISECONDS = 45_000;

/** Open a stream of events and yield them; throws `Refused` or `Unreachable`. */
export async function* events(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const answer = await sent(method, path, body, signal);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await spoken(reader.read()).catch((error) => {
        throw signal.aborted ? error : new Unreachable();
      });
      if (done) return;
      const parts = (rest + value).split('\n\n');
      rest = parts.pop()!;
      for (const part of parts) {
        const event = parsed(part);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** What `reading` brings, unless the line is silent for too long. */
async function spoken<Value>(reading: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unreachable()), SILENCE_MILLISECONDS);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function sent(
  method: string,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      signal,
      credentials: 'same-origin',
      headers: {
        'accept-language': language,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  const error = told?.error ?? {};
  throw new Refused(
    answer.status,
    error.code ?? 'unexpected',
    error.message ?? answer.statusText,
    error.retry_after ?? null,
  );
}

/** Send a file as it is and return what the server says of it; `sent` hears how far it is, 0 to 1. */
export function upload<Answer>(
  path: string,
  file: File,
  signal: AbortSignal,
  sent: (part: number) => void,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Of the browser's two ways to send, only this one says how much has gone.
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'json';
    request.setRequestHeader('accept-language', language);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-file-name', encodeURIComponent(file.name));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.total && sent(event.loaded / event.total);
    request.onerror = request.onabort = () => reject(new Unreachable());
    request.onload = () => {
      const { status, response } = request;
      if (status >= 200 && status < 300) resolve(response as Answer);
      else reject(refused(status, response?.error, request.statusText));
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function refused(
  status: number,
  error: { code?: string; message?: string; retry_after?: number } | undefined,
  otherwise: string,
): Refused {
  const { code = 'unexpected', message = otherwise, retry_after = null } = error ?? {};
  return new Refused(status, code, message, retry_after);
}

function parsed(part: string): AnswerEvent | null {
  let number = 0;
  let name = '';
  let data = '';
  for (const line of part.split('\n')) {
    if (line.startsWith('id: ')) number = Number(line.slice(4));
    else if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data = line.slice(6);
  }
  return name ? ({ number, name, data: JSON.parse(data) } as AnswerEvent) : null;
}
