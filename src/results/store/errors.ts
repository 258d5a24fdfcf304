import { dirname } from 'node:path'
import { environmentError, usageError, type XrbenchError } from '../../errors.js'
import type { Issue } from './check-parts.js'

const MAX_PATH_CHARS = 120

interface Cause {
  says: string
  hint: string
}

/** A result that cannot be written (exit 3). */
export function outputError(path: string, reason: string | NodeJS.ErrnoException): XrbenchError {
  const cause = typeof reason === 'string' ? notAFile(reason) : causeOf(path, reason)
  const sentence = `The result cannot be written to ${path}: ${cause.says}.`
  return environmentError('XRB_OUTPUT', sentence, cause.hint)
}

function notAFile(says: string): Cause {
  return {
    says,
    hint: 'name a file or a folder after --output; --json prints to stdout',
  }
}

function causeOf(path: string, { code, message }: NodeJS.ErrnoException): Cause {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        says: `${dirname(path)} is not a folder`,
        hint: `mkdir -p ${dirname(path)}`,
      }
    case 'EISDIR':
      return notAFile('it is a folder')
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return notAFile('the path is too long or leads in circles')
    case 'EACCES':
    case 'EPERM':
      return { says: 'permission denied', hint: '--output /tmp' }
    case 'EROFS':
      return { says: 'the file system is read-only', hint: '--output /tmp' }
    case 'ENOSPC':
    case 'EDQUOT':
      return { says: 'no space left', hint: 'free some space, or --output on another file system' }
    case 'EFBIG':
      return { says: 'the file size limit is too low', hint: 'ulimit -f unlimited' }
    default:
      return { says: message, hint: '--output /tmp' }
  }
}

/** A result file that cannot be used (exit 2). */
export function resultFileError(
  path: string,
  says: string,
  hint = 'xrbench run --output FILE writes one',
): XrbenchError {
  return usageError('XRB_RESULT_FILE', `${path} ${says}.`, hint)
}

/** One whose first part that is not valid is so for a reason. */
export function invalidError(path: string, { path: where, message }: Issue): XrbenchError {
  // Names of a file may be as long as it is.
  const place = where.map(String).join('.').slice(0, MAX_PATH_CHARS)
  return resultFileError(path, `is not valid${place === '' ? '' : ` at ${place}`}: ${message}`)
}
