/** The page's own addresses. */
class Router {
  path = $state(location.pathname);
  /** Asked before leaving; a view that would lose something says no and asks. */
  guard: ((go: () => void) => boolean) | null = null;

  constructor() {
    addEventListener('popstate', () => (this.path = location.pathname));
  }

  /** Go to `path`, unless the present view must ask first. */
  go(path: string): void {
    if (this.guard && !this.guard(() => this.#go(path))) return;
    this.#go(path);
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
}

export const router = new Router();

/** Let a link of the page's own go without loading it anew. */
export function own(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  router.go((event.currentTarget as HTMLAnchorElement).pathname);
}
