import * as zlib from 'node:zlib'

/** Unpacks by Node.js itself where it can (22.15 and later); `null` where it cannot. */
export function zstdDecompressSync(content: Buffer): Buffer | null {
  const own = (zlib as { zstdDecompressSync?: (content: Buffer) => Buffer }).zstdDecompressSync
  return own === undefined ? null : own(content)
}
