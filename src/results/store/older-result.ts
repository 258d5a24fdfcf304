import { open } from 'node:fs/promises'
import { constants, gunzipSync } from 'node:zlib'

/** Of a file: what names its format and its start stands before all else. */
const HEAD_BYTES = 64 * 1024

/**
 * When the run began, of `run` or of `quic-perf`, whose result is at `path` (ISO 8601, UTC); `null` where there is none, and for any other file. Reads its head
 * alone: a result may be large, and is not needed.
 */
export async function startOfResultAt(path: string): Promise<string | null> {
  const head = await headOf(path)
  if (head === null || !/"schema":\s*"xrbench\.(result|quic-perf)\/\d{1,3}"/.test(head)) return null
  const startedAt = Date.parse(/"startedAt":\s*"([^"]{1,40})"/.exec(head)?.[1] ?? '')
  // Made anew of the number: nothing of a file is shown as it stands there.
  return Number.isNaN(startedAt) ? null : new Date(startedAt).toISOString()
}

async function headOf(path: string): Promise<string | null> {
  try {
    const file = await open(path)
    try {
      if (!(await file.stat()).isFile()) return null
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
      const head = buffer.subarray(0, bytesRead)
      return (head[0] === 0x1f && head[1] === 0x8b ? inflated(head) : head).toString('utf8')
    } finally {
      await file.close()
    }
  } catch {
    return null
  }
}

/** As far as it goes: the rest of the file is missing. */
function inflated(head: Buffer): Buffer {
  return gunzipSync(head, {
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: 64 * 1024 * 1024,
  })
}
