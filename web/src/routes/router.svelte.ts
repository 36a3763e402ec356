/** The page's own addresses. */
class Router {
  path = $state(location.pathname);
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
  }

  #go(path: string): void {
    this.guard = null;
    if (path !== location.pathname) history.pushState(null, '', path);
    this.path = path;
  }

  /** The browser went back already: a view that must ask first gets its address again. */
  #back(): void {
    const { pathname } = location;
    if (pathname === this.path) return;
    if (this.guard && !this.guard(() => this.#go(pathname))) {
      history.pushState(null, '', this.path);
      return;
    }
    this.path = pathname;
  }
}

export const router = new Router();

/** Let a link of the page's own go without loading it anew. */
export function own(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  router.go((event.currentTarget as HTMLAnchorElement).pathname);
}
