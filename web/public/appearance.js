// Before the first paint, so that nobody sees a flash: the theme and text size chosen here.
try {
  const kept = JSON.parse(localStorage.getItem('argo.appearance') ?? '{}');
  if (kept.theme) document.documentElement.dataset.theme = kept.theme;
  if (kept.text) document.documentElement.dataset.text = kept.text;
} catch {
  // Storage is blocked: the system's own look it is.
}
