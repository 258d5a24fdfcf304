import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { XrbenchError } from '../../errors.js'
import { parseForeignJson } from '../../foreign.js'
import { resultFileError } from './errors.js'

/** As much as a string can hold; a file of a few kilobytes must not take all memory. */
const MAX_BYTES = 512 * 1024 * 1024

/**
 * The text of a result file, compressed (gzip, whatever its name) or not.
 * @throws XrbenchError `XRB_RESULT_FILE`
 */
export async function readText(path: string): Promise<string> {
  const data = read(path)
  if (data.length === 0) throw resultFileError(path, 'is empty')
  const plain = data[0] === 0x1f && data[1] === 0x8b ? await inflate(path, data) : data
  if (plain.length > MAX_BYTES) throw resultFileError(path, 'is larger than 512 MiB')
  return plain.toString('utf8')
}

/** At once: of a thousand files, handing each to another thread and back takes longer than reading it. */
function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw resultFileError(path, unreadable(error as NodeJS.ErrnoException))
  }
}

async function inflate(path: string, data: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(data, { maxOutputLength: MAX_BYTES })
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw resultFileError(
      path,
      isTooLarge
        ? 'is larger than 512 MiB when decompressed'
        : 'is cut short, or not gzip after all',
    )
  }
}

function unreadable({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'does not exist'
    case 'EISDIR':
      return 'is a folder, not a result'
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: permission denied'
    default:
      return `cannot be read: ${message}`
  }
}

/** JSON of `text`, its words made harmless; a file that ends too early is told from one that never was JSON. */
export function parseJson(path: string, text: string): unknown {
  try {
    return parseForeignJson(text)
  } catch (error) {
    throw parseError(path, text, error as Error)
  }
}

function parseError(path: string, text: string, { message }: Error): XrbenchError {
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0)
  const isAtEnd = position >= text.length || /end of JSON|Unterminated/.test(message)
  const isJson = /^\s*[{[]/.test(text)
  return resultFileError(
    path,
    isJson && isAtEnd ? 'is cut short: its JSON does not end' : 'is not JSON',
  )
}
