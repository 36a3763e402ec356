import { call, Refused, speak } from '../api/client';
import type { Choice, Me } from '../api/types';
import { unread } from './unread.svelte';
import { draftsAreOf, forgetDrafts } from './drafts';
import { reader, type Language } from '../words/words.svelte';

/** Who is signed in, and what they may choose. */
class Session {
  me = $state<Me | null>(null);
  signedOut = $state(false);

  /** Ask who is signed in. */
  async load(): Promise<void> {
    speak(reader.language);
    try {
      const me = await call<Me>('GET', '/api/me');
      draftsAreOf(me.user.id);
      this.me = me;
      this.signedOut = false;
      this.#read(this.me.user.language);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      this.left();
    }
  }

  /** The server says that nobody is signed in (any more). */
  left(): void {
    this.me = null;
    this.signedOut = true;
  }

  async signOut(): Promise<void> {
    await call('POST', '/api/sign-out');
    forgetDrafts();
    unread.forget();
    this.left();
  }

  async speak(language: Language | null): Promise<void> {
    this.#read(language);
    this.me!.user = await call('PATCH', '/api/me', { language });
  }

  async rename(name: string): Promise<void> {
    this.me!.user = await call('PATCH', '/api/me', { name });
  }

  /** The choice of that assistant and size, else its other size, else the first there is. */
  choice(assistant?: string, size?: string): Choice | undefined {
    const choices = this.me?.choices ?? [];
    return (
      choices.find((each) => each.assistant.id === assistant && each.size === size) ??
      choices.find((each) => each.assistant.id === assistant) ??
      choices[0]
    );
  }

  /** How people call the model of that id; one that is not offered any more has its id alone. */
  modelName(id: string): string {
    return this.me?.choices.find((each) => each.model.id === id)?.model.name ?? id;
  }

  #read(language: Language | null): void {
    reader.follow(language);
    speak(reader.language);
  }
}

export const session = new Session();
