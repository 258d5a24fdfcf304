import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { Socket } from 'node:net'

/** For all of a pipe, whose writer may be another machine, or nobody. */
const PIPE_DEADLINE_MS = 60_000
const CHUNK_BYTES = 256 * 1024

/** Why what was named cannot be read, as the end of a sentence that begins with its name. */
export class NamedFileError extends Error {
  readonly reason: 'failed' | 'no-file' | 'too-large' | 'late'

  constructor(reason: NamedFileError['reason'], says: string) {
    super(says)
    this.reason = reason
  }
}

interface NamedFileLimits {
  /** More is refused. */
  maxBytes: number
  /** Looks at what was opened, before anything is read of it. What it throws is thrown. */
  inspect?: (stats: Stats) => void
  /** Default: 60 s. */
  pipeDeadlineMs?: number
}

/**
 * All of a file that somebody named: a regular one, or a pipe as of `<(…)`. Whatever the name leads to, time and memory are bounded: a device has no
 * end, and a pipe may never have a writer.
 * @throws {NamedFileError}
 */
export async function readNamedFile(path: string, limits: NamedFileLimits): Promise<Buffer> {
  const fd = opened(path)
  let isHandedOver = false
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile() && !stats.isFIFO()) throw new NamedFileError('no-file', kindOf(stats))
    limits.inspect?.(stats)
    if (stats.isFile()) return readRegular(fd, limits.maxBytes)
    isHandedOver = true
    return await readPipe(new Socket({ fd, readable: true, writable: false }), limits)
  } finally {
    if (!isHandedOver) closeSync(fd)
  }
}

/** Without waiting for the writer of a pipe, and without becoming the terminal's. */
function opened(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch (error) {
    throw unreadable(error as NodeJS.ErrnoException)
  }
}

/** At once: of a thousand files, handing each to another thread and back takes longer than reading it. */
function readRegular(fd: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = []
  // One of /proc has bytes and no size.
  for (let bytes = 0; ; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, maxBytes + 1))
    const read = attempt(() => readSync(fd, chunk, 0, chunk.length, null))
    if (read === 0) return Buffer.concat(chunks)
    bytes += read
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk.subarray(0, read))
  }
}

async function readPipe(
  pipe: Socket,
  { maxBytes, pipeDeadlineMs = PIPE_DEADLINE_MS }: NamedFileLimits,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  const seconds = pipeDeadlineMs / 1000
  const says = `is a pipe into which not all was written within ${seconds} s`
  const late = new NamedFileError('late', says)
  const timer = setTimeout(() => pipe.destroy(late), pipeDeadlineMs)
  try {
    for await (const chunk of pipe as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw error instanceof NamedFileError ? error : unreadable(error as NodeJS.ErrnoException)
  } finally {
    clearTimeout(timer)
    pipe.destroy()
  }
}

function attempt(read: () => number): number {
  try {
    return read()
  } catch (error) {
    throw unreadable(error as NodeJS.ErrnoException)
  }
}

function kindOf(stats: Stats): string {
  return stats.isDirectory() ? 'is a folder, not a file' : 'is a device, not a file'
}

function tooLarge(maxBytes: number): NamedFileError {
  const mebibytes = maxBytes / 2 ** 20
  return new NamedFileError(
    'too-large',
    `is larger than ${mebibytes >= 1 ? `${mebibytes} MiB` : `${maxBytes} bytes`}`,
  )
}

function unreadable({ code, message }: NodeJS.ErrnoException): NamedFileError {
  switch (code) {
    case 'ENOENT':
      return new NamedFileError('failed', 'does not exist')
    case 'EACCES':
    case 'EPERM':
      return new NamedFileError('failed', 'cannot be read: permission denied')
    // A socket cannot be opened at all.
    case 'ENXIO':
      return new NamedFileError('no-file', 'is a socket or a device, not a file')
    default:
      return new NamedFileError('failed', `cannot be read: ${message}`)
  }
}
