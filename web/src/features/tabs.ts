/** The same page in several windows: they tell each other which conversation changed, never what. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('argo') : null;

/** Tell the other windows that conversation `id` changed. */
export function tell(id: string): void {
  channel?.postMessage(id);
}

/**
 * Call `changed` with a conversation's id when another window changed it, and with null when
 * this window is looked at again, having perhaps missed something. Returns how to stop.
 */
export function listen(changed: (id: string | null) => void): () => void {
  const heard = (event: MessageEvent<string>) => changed(event.data);
  const seen = () => {
    if (!document.hidden) changed(null);
  };
  channel?.addEventListener('message', heard);
  document.addEventListener('visibilitychange', seen);
  return () => {
    channel?.removeEventListener('message', heard);
    document.removeEventListener('visibilitychange', seen);
  };
}
