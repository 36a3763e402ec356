import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AnswerEvent, AnswerState } from '../src/api/types';
import { Answer } from '../src/stream/answer.svelte';
import { follow } from '../src/stream/follow';

const delta = (number: number, text: string): AnswerEvent => ({
  number,
  name: 'delta',
  data: { text },
});
const done = (number: number, state: AnswerState = 'complete', length?: number): AnswerEvent => ({
  number,
  name: 'done',
  data: { state, text_length: length, finish_reason: 'stop', error: null },
});
const started: AnswerEvent = { number: 1, name: 'started', data: { model_id: 'm' } };

test('an answer waits, runs and is complete', () => {
  const answer = new Answer('a');
  const seen: string[] = [answer.phase];
  answer.take({ number: 1, name: 'queued', data: { position: 3, eta_seconds: 4 } });
  expect(answer.place).toEqual({ position: 3, eta: 4 });
  answer.take({ number: 2, name: 'started', data: { model_id: 'm' } });
  seen.push(answer.phase);
  answer.take({ number: 3, name: 'reasoning', data: { text: 'hm' } });
  seen.push(answer.phase);
  answer.take(delta(4, 'Hello'));
  seen.push(answer.phase);
  answer.take(done(5));
  seen.push(answer.phase, answer.state);
  expect(seen).toEqual(['waiting', 'reading', 'thinking', 'writing', 'ended', 'complete']);
});

test('an event that comes twice is shown once', () => {
  const answer = new Answer('a');
  for (const event of [started, delta(2, 'one '), delta(2, 'one '), started, delta(3, 'two')])
    expect(answer.take(event)).toBe(true);
  expect(answer.text).toBe('one two');
});

test('after a lost event nothing is shown until it is asked for again', () => {
  const answer = new Answer('a');
  answer.take(started);
  expect(answer.take(delta(3, 'two'))).toBe(false);
  expect([answer.text, answer.lastEvent]).toEqual(['', 1]);
  answer.take(delta(2, 'one '));
  answer.take(delta(3, 'two'));
  expect(answer.text).toBe('one two');
});

test('an end whose length is not that of the text begins anew, once', () => {
  const answer = new Answer('a');
  answer.take(started);
  answer.take(delta(2, 'é😀'));
  expect(answer.take(done(4, 'complete', 5))).toBe(false);
  expect([answer.text, answer.lastEvent]).toEqual(['', 0]);
  for (const event of [started, delta(2, 'é😀'), delta(3, 'abc'), done(4, 'complete', 5)])
    expect(answer.take(event)).toBe(true);
  expect([answer.text, answer.state]).toEqual(['é😀abc', 'complete']);
});

test('a snapshot replaces what is shown, and the stream goes on from it', () => {
  const answer = new Answer('a');
  answer.take(started);
  answer.take(delta(2, 'old'));
  answer.take({
    number: 40,
    name: 'snapshot',
    data: { text: 'whole ', reasoning: 'r', state: 'running' },
  });
  answer.take(delta(41, 'text'));
  expect([answer.text, answer.reasoning]).toEqual(['whole text', 'r']);
});

test.each(['stopped', 'interrupted', 'failed'] as const)(
  '%s is an end, nothing follows',
  (state) => {
    const answer = new Answer('a');
    answer.take(delta(1, 'kept'));
    answer.take(done(2, state));
    answer.take(delta(3, 'late'));
    expect([answer.state, answer.text]).toEqual([state, 'kept']);
  },
);

/** A server of one answer: gives `pieces` in turn, each to one connection. */
function served(pieces: (string | 'lost' | 404)[]) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    const piece = pieces.shift();
    if (piece === 'lost' || piece === undefined) throw new TypeError('network');
    if (piece === 404) return new Response('{"error":{"code":"answer_unknown"}}', { status: 404 });
    return new Response(piece);
  });
  return asked;
}
const wire = (event: AnswerEvent) =>
  `id: ${event.number}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('following survives lost connections without a lost or doubled character', async () => {
  const asked = served([
    wire(started) + wire(delta(2, 'a')) + ': \n\n' + wire(delta(3, 'b')).slice(0, 9),
    'lost',
    wire(delta(2, 'a')) + wire(delta(3, 'b')) + wire(delta(5, 'd')),
    wire(delta(4, 'c')) + wire(delta(5, 'd')) + wire(done(6, 'complete', 4)),
  ]);
  const answer = new Answer('x');
  const following = follow(answer, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(60_000);
  await following;
  expect(answer.text).toBe('abcd');
  expect(asked.map((path) => path.split('after=')[1])).toEqual(['0', '2', '2', '3']);
});

test('the page says that it lost the connection, and no more when it is back', async () => {
  served(['lost', wire(started)]);
  // The pause is drawn by lot: held still here, it is back at 300 ms and lost again at 600.
  const lot = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const answer = new Answer('x');
  const stop = new AbortController();
  const following = follow(answer, stop.signal);
  await vi.advanceTimersByTimeAsync(0);
  expect(answer.reconnecting).toBe(true);
  await vi.advanceTimersByTimeAsync(500);
  expect(answer.reconnecting).toBe(false);
  stop.abort();
  await following;
  lot.mockRestore();
});

test('a line that went silent is opened again', async () => {
  const asked = served([]);
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    if (asked.length === 1) return new Response(new ReadableStream({ start: () => undefined }));
    return new Response(wire(started) + wire(delta(2, 'here')) + wire(done(3, 'complete', 4)));
  });
  const answer = new Answer('x');
  const following = follow(answer, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(60_000);
  await following;
  expect([answer.text, asked.length]).toEqual(['here', 2]);
});

test('an answer that is not there is not asked for again and again', async () => {
  const asked = served([404, 404, 404]);
  await expect(follow(new Answer('x'), new AbortController().signal)).rejects.toThrow();
  expect(asked).toHaveLength(1);
});
