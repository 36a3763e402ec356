/** The formats of an export. */
export type Format = 'md' | 'docx' | 'odt' | 'pdf' | 'json';

/** Hand a file to the browser, which keeps it where its person keeps downloads. */
export function keep(file: { content: Blob; name: string | null }, format: Format): void {
  const address = URL.createObjectURL(file.content);
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name ?? `argo.${format}`;
  link.click();
  // The download has begun: the browser holds what it needs.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
