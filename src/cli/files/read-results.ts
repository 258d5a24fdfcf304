import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type { Source } from '../../compare/source.js'
import { harmless } from '../../foreign.js'
import { refuseUnusable } from '../../results/document/usable.js'
import { redact } from '../../results/store/redact.js'
import { readResult } from '../../results/store/store.js'
import { note } from '../terminal/output.js'

/**
 * Reads a result, and refuses one of which nothing can be concluded. Its name is harmless as well.
 * @param redactionKey hides names and addresses, and the folder of the file; one key keeps equal names equal over several files
 * @throws {XrbenchError} `XRB_RESULT_FILE`
 */
export async function readSource(file: string, redactionKey?: Buffer): Promise<Source> {
  const doc = await readResult(file, { onNewer: (sentence) => note(`note: ${sentence}`) })
  refuseUnusable(doc, file, `xrbench validate ${file}`)
  if (redactionKey === undefined) return { file: harmless(file), doc }
  return { file: harmless(basename(file)), doc: doc.redacted ? doc : redact(doc, redactionKey) }
}

/** For `--redact`: `undefined` without it. */
export function redactionKeyFor(isAsked: boolean | undefined): Buffer | undefined {
  return isAsked === true ? randomBytes(32) : undefined
}
