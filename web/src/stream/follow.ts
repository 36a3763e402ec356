import { events, Refused } from '../api/client';
import type { Answer } from './answer.svelte';

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 8000;

/**
 * Follow an answer that the server writes, to its end: each event once, whatever the network
 * does. Ends early only when `signal` does; throws `Refused` when the answer is not there.
 */
export async function follow(answer: Answer, signal: AbortSignal): Promise<void> {
  let pause = FIRST_PAUSE;
  while (!answer.ended && !signal.aborted) {
    try {
      const path = `/api/answers/${answer.id}/events?after=${answer.lastEvent}`;
      for await (const event of events('GET', path, undefined, signal)) {
        if (!answer.take(event)) break;
        pause = FIRST_PAUSE;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status < 500) throw error;
      answer.reconnecting = true;
    }
    if (answer.ended) return;
    // Many pages lose one server at the same moment: they do not come back at the same moment.
    await rest(pause * (0.5 + Math.random()), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** Wait so long, or until the network is back, or until `signal`. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      removeEventListener('online', wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    addEventListener('online', wake);
    signal.addEventListener('abort', wake);
  });
}
