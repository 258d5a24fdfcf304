import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { environmentError, usageError, type XrbenchError } from '../../errors.js'
import { NamedFileError, readNamedFile } from '../../named-file.js'

/** What both ends of a session know and nobody else: 32 bytes, the key of the TLS 1.3 handshake. */
export type SessionKey = Buffer

const KEY_BYTES = 32
const KEY_FILE_MAX_BYTES = 4096
const NEW_KEY_HINT = 'xrbench keygen xrbench.key makes one'

export function createKey(): SessionKey {
  return randomBytes(KEY_BYTES)
}

/**
 * A key from its text form, 64 hexadecimal digits; white space around them is ignored.
 * @throws {XrbenchError} `XRB_KEY` (exit 2); the sentence never holds the text itself
 */
export function parseKey(text: string, source: string): SessionKey {
  const digits = text.trim()
  if (!/^[0-9a-fA-F]{64}$/.test(digits)) throw noKey(source)
  return Buffer.from(digits, 'hex')
}

function noKey(source: string): XrbenchError {
  return usageError(
    'XRB_KEY',
    `${source} does not hold a key of 64 hexadecimal digits.`,
    NEW_KEY_HINT,
  )
}

/**
 * Reads a key file. `-` is standard input, of which one line is taken and the rest left alone.
 * @throws {XrbenchError} `XRB_KEY` (exit 2) when it holds no key, `XRB_KEY_FILE` (exit 3) when it cannot be read or others can read it
 */
export async function loadKey(path: string): Promise<SessionKey> {
  if (path === '-') return parseKey(await readLine(process.stdin), 'Standard input')
  const source = `The key file ${path}`
  const inspect = ({ mode }: Stats) => {
    if ((mode & (isCredential(path) ? 0o037 : 0o077)) === 0) return
    throw environmentError('XRB_KEY_FILE', `${source} can be read by others.`, `chmod 600 ${path}`)
  }
  const limits = { maxBytes: KEY_FILE_MAX_BYTES, inspect }
  const bytes = await readNamedFile(path, limits).catch((error) => {
    if (!(error instanceof NamedFileError)) throw error
    if (error.reason === 'too-large') throw noKey(source)
    throw environmentError('XRB_KEY_FILE', `${source} ${error.message}.`, NEW_KEY_HINT)
  })
  return parseKey(bytes.toString('utf8'), source)
}

/**
 * What the service manager gave to this service alone (systemd.exec(5), LoadCredential=), in a folder that nobody else may enter: where that gives the
 * right to read it by an access list, the mode of the file shows it as one of its group.
 */
function isCredential(path: string): boolean {
  const folder = process.env.CREDENTIALS_DIRECTORY
  return folder !== undefined && dirname(resolve(path)) === folder
}

/** First line of a stream, which stays open: its end can mean something to others. */
function readLine(stream: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const finish = () => {
      stream.off('data', take)
      stream.off('end', finish)
      stream.off('error', reject)
      resolve(text.split('\n', 1)[0] ?? '')
    }
    const take = (chunk: Buffer | string) => {
      text += chunk.toString()
      if (text.includes('\n') || text.length > KEY_FILE_MAX_BYTES) finish()
    }
    stream.on('data', take)
    stream.once('end', finish)
    stream.once('error', reject)
  })
}
