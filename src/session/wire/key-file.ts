import { open } from 'node:fs/promises'
import { environmentError, usageError } from '../../errors.js'
import { createKey } from './key.js'

/**
 * Writes a new key to a file that only its owner can read, and that was not there before.
 * @throws {XrbenchError} `XRB_KEY_EXISTS` (exit 2), `XRB_KEY_FILE` (exit 3)
 */
export async function createKeyFile(path: string): Promise<void> {
  try {
    // Never through a link, never over a file (open(2), O_EXCL).
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(`${createKey().toString('hex')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw notWritten(path, cause)
  }
}

function notWritten(path: string, cause: unknown) {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  if (reason === 'EEXIST') {
    return usageError(
      'XRB_KEY_EXISTS',
      `${path} is there already, and a key that others may have is not replaced.`,
      'name another file, or remove that one',
    )
  }
  return environmentError(
    'XRB_KEY_FILE',
    `The key file ${path} cannot be written (${reason}).`,
    'name a file in a folder that is there and yours',
  )
}
