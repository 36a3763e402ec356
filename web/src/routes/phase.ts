import type { Answer } from '../stream/answer.svelte';
import { say } from '../words/words.svelte';

/** What the reader waits for, in words. */
export function phase(answer: Answer): string {
  if (answer.reconnecting) return say('reconnecting');
  if (answer.phase === 'reading') return say('reading');
  if (answer.phase === 'thinking') return say('thinking');
  if (answer.phase === 'writing') return say('writing');
  const { place } = answer;
  if (!place) return say('waiting');
  if (!place.eta) return say('waitingPlace', { place: place.position });
  return say('waitingEta', { place: place.position, seconds: Math.ceil(place.eta) });
}
