// Writes .br and .gz beside each built file, so that the service compresses nothing itself.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = argv[2] ?? 'build';
const kinds = /\.(html|js|css|svg|json|webmanifest)$/;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !kinds.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const body = readFileSync(path);
  // The best quality costs ten seconds a megabyte; the one large file is loaded by few.
  const best = body.length > 500_000 ? 9 : 11;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: best } };
  writeFileSync(`${path}.br`, brotliCompressSync(body, quality));
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
}
