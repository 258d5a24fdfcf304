import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { XrbenchError } from '../../errors.js'
import { RESULT_FORMAT } from '../schema/format.js'
import type { QuicPerfDocument } from '../schema/quic-perf.js'
import type { ResultDocument } from '../schema/schema.js'
import { issuesOf, RESULT_LISTS } from './check-parts.js'
import { invalidError, outputError, resultFileError } from './errors.js'
import { leaveOutNewer, newerSentence } from './newer.js'
import { completeOlder } from './older.js'
import { parseJson, readText } from './read-text.js'

/**
 * Writes `doc` to `path` as a whole or not at all: into a file beside it, to the disk, then renamed over it.
 * A symbolic link is followed, so that the link stays.
 * @throws XrbenchError `XRB_OUTPUT`; what was at `path` before is untouched
 */
export async function writeResult(
  path: string,
  doc: ResultDocument | QuicPerfDocument,
): Promise<void> {
  await writeText(path, `${JSON.stringify(doc, null, 2)}\n`)
}

/** {@link writeResult} for any text; compressed where the name ends with `.gz`. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeWhole(path, path.endsWith('.gz') ? await promisify(gzip)(text) : text)
}

/** {@link writeResult} for a picture. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes)
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await attempt(path, async () => {
    const target = await targetOf(path)
    await besides(target, async (file, temporary) => {
      await file.writeFile(content)
      await file.sync()
      await file.close()
      await rename(temporary, target)
    })
  })
}

/**
 * Finds out before measuring whether a result can be written to `path`, by making and removing a file beside it.
 * @throws XrbenchError `XRB_OUTPUT`
 */
export async function checkWritable(path: string): Promise<void> {
  await attempt(path, async () => {
    await besides(await targetOf(path), (file) => file.writeFile('{}\n'))
  })
}

/** How {@link readResult} reads. */
export interface ReadOptions {
  /** Told what is left out because only the newer version that wrote the file knows it, in one sentence with that version. Default: nobody. */
  readonly onNewer?: ((sentence: string) => void) | undefined
}

/**
 * Reads and validates a result file, compressed by gzip or not. Members unknown to this version are kept; parameters that an older one
 * did not know are there as they were then: off. Cases of a transport or workload that this version does not know are left out, and such flags.
 * @throws XrbenchError `XRB_RESULT_FILE`: unreadable, not JSON, of another format, not valid, or nothing but cases that this version does not know
 */
export async function readResult(
  path: string,
  { onNewer = () => undefined }: ReadOptions = {},
): Promise<ResultDocument> {
  const json = parseJson(path, await readText(path))
  const format = (json as { schema?: unknown } | null)?.schema
  if (format !== RESULT_FORMAT) {
    const isNewer = typeof format === 'string' && /^xrbench\.result\/\d+$/.test(format)
    if (!isNewer) throw resultFileError(path, 'is not a result of xrbench')
    throw resultFileError(
      path,
      `has the format ${format}, this version reads ${RESULT_FORMAT}`,
      'read it with the newer xrbench that wrote it',
    )
  }
  const newer = leaveOutNewer(json)
  // Loaded only here: writing a result needs no validator.
  const { caseResultSchema, resultSchema } = await import('../schema/schema.js')
  const [issue] = issuesOf(resultSchema, json, RESULT_LISTS)
  if (issue !== undefined) throw invalidError(path, issue)
  const doc = json as ResultDocument
  if (newer !== null) {
    const sentence = newerSentence(newer)
    if (newer.cases > 0 && doc.cases.length === 0)
      throw resultFileError(path, `was ${sentence}`, `xrbench ${newer.version} reads it`)
    onNewer(`${path} was ${sentence}.`)
  }
  for (const { parameters } of doc.cases) {
    completeOlder(parameters, caseResultSchema.shape.parameters.parse(parameters))
  }
  return doc
}

/** The regular file to be replaced, links followed. Devices and pipes are refused: a rename would replace them. */
async function targetOf(path: string): Promise<string> {
  const target = await realpath(path).catch(absent)
  if (target === null) return join(await realpath(dirname(path)), basename(path))
  if (!(await stat(target)).isFile()) throw outputError(path, 'it is not a regular file')
  return target
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

/** Gives `use` a new file in the folder of `target`, which is gone afterwards unless renamed. */
async function besides(
  target: string,
  use: (file: FileHandle, path: string) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
  const file = await open(temporary, 'wx', 0o644)
  // Leaving in the middle of a write, as a second Ctrl-C does, leaves no file either.
  const removeAtExit = () => rmSync(temporary, { force: true })
  process.once('exit', removeAtExit)
  try {
    await use(file, temporary)
  } finally {
    await file.close()
    await rm(temporary, { force: true })
    process.removeListener('exit', removeAtExit)
  }
}

async function attempt(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    throw error instanceof XrbenchError ? error : outputError(path, error as NodeJS.ErrnoException)
  }
}
