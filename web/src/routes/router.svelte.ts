/** The page's own addresses. */
class Router {
  path = $state(location.pathname);
  /** The message at which a conversation opens, '' for the newest; each arrival is a new object. */
  target = $state.raw({ id: location.hash.slice(1) });
  /** Asked before leaving; a view that would lose something says no and asks. */
  guard: ((go: () => void) => boolean) | null = null;

  /** Begins a new conversation; the shell knows how. */
  anew: () => void = () => this.go('/');

  constructor() {
    addEventListener('popstate', () => this.#back());
  }

  /** Go to `path`, unless the present view must ask first; `before` is done on leaving. */
  go(path: string, before?: () => void): void {
    const leave = () => {
      before?.();
      this.#go(path);
    };
    if (this.guard && !this.guard(leave)) return;
    leave();
  }

  /** Show `path` as the address of what is shown already. */
  rename(path: string): void {
    history.replaceState(null, '', path);
    this.path = path;
    this.target = { id: '' };
  }

  #go(path: string): void {
    this.guard = null;
    const [pathname, id = ''] = path.split('#') as [string, string?];
    if (path !== location.pathname + location.hash) history.pushState(null, '', path);
    this.path = pathname;
    this.target = { id };
  }

  /** The browser went back already: a view that must ask first gets its address again. */
  #back(): void {
    const { pathname, hash } = location;
    if (pathname === this.path) {
      if (hash !== '#main') this.target = { id: hash.slice(1) };
      return;
    }
    if (this.guard && !this.guard(() => this.#go(pathname + hash))) {
      history.pushState(null, '', this.path);
      return;
    }
    this.path = pathname;
    this.target = { id: hash.slice(1) };
  }
}

export const router = new Router();

/** Let a link of the page's own go without loading it anew. */
export function own(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  router.go((event.currentTarget as HTMLAnchorElement).pathname);
}
