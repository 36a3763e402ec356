import { events, Refused } from '../api/client';
import type { Answer } from './answer.svelte';

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 8000;

/**
 * Follow an answer that the server writes, to its end: each event once, whatever the network
 * does. Ends early only when `signal` does, or when the answer is no longer there.
 */
export async function follow(answer: Answer, signal: AbortSignal): Promise<void> {
  let pause = FIRST_PAUSE;
  while (!answer.ended && !signal.aborted) {
    try {
      const path = `/api/answers/${answer.id}/events?after=${answer.lastEvent}`;
      for await (const event of events('GET', path, undefined, signal)) {
        answer.take(event);
        pause = FIRST_PAUSE;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status < 500) throw error;
      answer.reconnecting = true;
    }
    if (!answer.ended) await new Promise((wake) => setTimeout(wake, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}
