import { createGunzip } from 'node:zlib'
import type { XrbenchError } from '../../errors.js'
import { parseForeignJson } from '../../foreign.js'
import { NamedFileError, readNamedFile } from '../../named-file.js'
import { resultFileError } from './errors.js'
import { type JsonLimits, JsonScan } from './json-scan.js'

/** Of the file, and of what unfolds from it: ten times what 1,000 repetitions with their time lines take. */
const MAX_BYTES = 256 * 2 ** 20
/** A repetition has two hundred to some thousands; a document of this version is 8 deep. */
export const JSON_LIMITS: JsonLimits = { maxValues: 8_000_000, maxDepth: 64 }
/** Of what unfolds; all of it is looked at before more is asked for. */
const CHUNK_BYTES = 256 * 1024

/**
 * The text of a result file, compressed (gzip, whatever its name) or not. A file of a few kilobytes takes no more time and memory than a large
 * result does, whatever unfolds from it.
 * @throws XrbenchError `XRB_RESULT_FILE`
 */
export async function readText(path: string): Promise<string> {
  const data = await read(path)
  if (data.length === 0) throw resultFileError(path, 'is empty')
  const pieces = data[0] === 0x1f && data[1] === 0x8b ? unfolded(path, data) : [data]
  const scan = new JsonScan(JSON_LIMITS)
  const looked: Uint8Array[] = []
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    const excess = bytes > MAX_BYTES ? 'unfolds to more than 256 MiB' : scan.push(piece)
    if (excess !== null) throw resultFileError(path, excess)
    looked.push(piece)
  }
  return Buffer.concat(looked).toString('utf8')
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readNamedFile(path, { maxBytes: MAX_BYTES })
  } catch (error) {
    throw error instanceof NamedFileError ? resultFileError(path, error.message) : error
  }
}

async function* unfolded(path: string, data: Buffer): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  gunzip.end(data)
  try {
    yield* gunzip as AsyncIterable<Uint8Array>
  } catch {
    throw resultFileError(path, 'is cut short, or not gzip after all')
  } finally {
    gunzip.destroy()
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
