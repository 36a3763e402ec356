import { Refused } from '../api/client';
import { say } from '../words/words.svelte';
import { quota } from './quota.svelte';
import { session } from './session.svelte';

/** Whether `error` says that a conversation outgrew what the model reads at once. */
export function outgrown(error: unknown): boolean {
  return error instanceof Refused && error.code === 'conversation_too_long';
}

/**
 * What a person is told of `error`, null when another part of the page says it: an exhausted
 * quota is counted down, a session that ended shows how to sign in, a charter not yet accepted
 * stands before the box.
 */
export function told(error: unknown): string | null {
  if (!(error instanceof Refused)) return say('offline');
  if (error.status === 401) {
    session.left();
    return null;
  }
  if (error.code === 'quota_exhausted') {
    quota.exhausted(error.retryAfter ?? 1);
    return null;
  }
  if (error.code === 'terms_not_accepted' && session.me) {
    session.me.accepted = false;
    return null;
  }
  return error.message;
}
