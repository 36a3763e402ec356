// Before the first paint, so that nobody sees a flash: the look chosen in this browser.
try {
  const kept = JSON.parse(localStorage.getItem('argo.appearance') ?? '{}');
  for (const name of ['theme', 'text', 'font', 'motion'])
    if (kept[name]) document.documentElement.dataset[name] = kept[name];
} catch {
  // Storage is blocked: the system's own look it is.
}
