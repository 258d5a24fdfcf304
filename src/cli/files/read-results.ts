import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type { Source } from '../../compare/source.js'
import { usageError } from '../../errors.js'
import { harmless } from '../../foreign.js'
import { contradictionsOf } from '../../results/document/check.js'
import { resultFileError } from '../../results/store/errors.js'
import { redact } from '../../results/store/redact.js'
import { readResult } from '../../results/store/store.js'
import { note } from '../terminal/output.js'

/**
 * Reads a result, and refuses one that contradicts itself: its numbers are not those that were measured. Its name is harmless as well.
 * @param redactionKey hides names and addresses, and the folder of the file; one key keeps equal names equal over several files
 * @throws {XrbenchError} `XRB_RESULT_FILE`
 */
export async function readSource(file: string, redactionKey?: Buffer): Promise<Source> {
  const doc = await readResult(file, { onNewer: (sentence) => note(`note: ${sentence}`) })
  const [first, ...more] = contradictionsOf(doc)
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${more.length} more: xrbench validate ${file})`
    throw resultFileError(file, `contradicts itself: ${first}${others}`)
  }
  if (doc.cases.every(({ repetitions }) => repetitions.length === 0)) {
    throw usageError('XRB_RESULT_FILE', `${file} holds nothing that was measured.`, 'xrbench run')
  }
  if (redactionKey === undefined) return { file: harmless(file), doc }
  return { file: harmless(basename(file)), doc: doc.redacted ? doc : redact(doc, redactionKey) }
}

/** For `--redact`: `undefined` without it. */
export function redactionKeyFor(isAsked: boolean | undefined): Buffer | undefined {
  return isAsked === true ? randomBytes(32) : undefined
}
