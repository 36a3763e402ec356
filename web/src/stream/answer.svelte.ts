import type { AnswerEvent, AnswerState, Message } from '../api/types';

export const ENDS: AnswerState[] = ['complete', 'stopped', 'interrupted', 'failed'];

/** One answer as the page shows it: the server's states, its text so far, the last event seen. */
export class Answer {
  state = $state<AnswerState>('waiting');
  text = $state('');
  reasoning = $state('');
  reasoningSeconds = $state<number | null>(null);
  place = $state<{ position: number; eta: number | null } | null>(null);
  error = $state<{ code: string; message: string } | null>(null);
  cutOff = $state(false);
  modelId = $state<string | null>(null);
  reconnecting = $state(false);
  lastEvent = 0;
  #reasoningBegan = 0;
  #restarted = false;

  constructor(readonly id: string) {}

  static of(message: Message): Answer {
    const answer = new Answer(message.id);
    answer.adopt(message);
    return answer;
  }

  /** Take the server's row in place of what is shown. */
  adopt(message: Message): void {
    this.state = message.state;
    this.text = message.text;
    this.reasoning = message.reasoning ?? '';
    this.reasoningSeconds = message.reasoning_seconds;
    this.error = message.error;
    this.modelId = message.model_id;
    this.cutOff = message.finish_reason === 'length';
    this.lastEvent = message.last_event;
  }

  /**
   * Take one event; one that was seen already changes nothing. Returns false when something
   * before it was lost: ask for the events after `lastEvent` again.
   */
  take(event: AnswerEvent): boolean {
    if (this.ended) return true;
    if (event.name === 'done') {
      if (this.#lacks(event.data.text_length)) return this.#restart();
    } else if (event.name !== 'snapshot') {
      if (event.number <= this.lastEvent) return true;
      if (event.number > this.lastEvent + 1) return false;
    }
    this.lastEvent = Math.max(this.lastEvent, event.number);
    this.reconnecting = false;
    switch (event.name) {
      case 'queued':
        this.place = { position: event.data.position, eta: event.data.eta_seconds };
        break;
      case 'started':
        this.state = 'running';
        this.modelId = event.data.model_id;
        this.place = null;
        break;
      case 'reasoning':
        this.state = 'running';
        this.#reasoningBegan ||= performance.now();
        this.reasoning += event.data.text;
        break;
      case 'delta':
        this.state = 'running';
        if (this.#reasoningBegan && this.reasoningSeconds === null)
          this.reasoningSeconds = (performance.now() - this.#reasoningBegan) / 1000;
        this.text += event.data.text;
        break;
      case 'snapshot':
        if (event.data.state === 'running') this.state = 'running';
        this.text = event.data.text;
        this.reasoning = event.data.reasoning;
        break;
      case 'done':
        this.state = event.data.state;
        this.error = event.data.error;
        this.place = null;
        this.cutOff = event.data.finish_reason === 'length';
        break;
    }
    return true;
  }

  /** Whether the shown text is not the server's, which has so many characters. */
  #lacks(length: number | undefined): boolean {
    return length !== undefined && !this.#restarted && [...this.text].length !== length;
  }

  /** Begin anew from the first event, once. */
  #restart(): false {
    this.#restarted = true;
    this.text = '';
    this.reasoning = '';
    this.lastEvent = 0;
    return false;
  }

  /** Go on after its end: what comes next are the events after number `lastEvent`. */
  resume(lastEvent: number): void {
    this.state = 'waiting';
    this.error = null;
    this.cutOff = false;
    this.lastEvent = lastEvent;
    this.#restarted = false;
  }

  /** Whether it ended before its time, and can go on. */
  get brokeOff(): boolean {
    const early = this.state === 'stopped' || this.state === 'interrupted' || this.cutOff;
    return this.ended && early && this.text !== '';
  }

  get ended(): boolean {
    return ENDS.includes(this.state);
  }

  /** What the reader is told while it is not there: a word, not a spinner. */
  get phase(): 'waiting' | 'reading' | 'thinking' | 'writing' | 'ended' {
    if (this.ended) return 'ended';
    if (this.text) return 'writing';
    if (this.reasoning) return 'thinking';
    return this.state === 'running' ? 'reading' : 'waiting';
  }
}
