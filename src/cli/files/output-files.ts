import { fstat, stat } from 'node:fs'
import { promisify } from 'node:util'
import { usageError } from '../../errors.js'
import { startOfResultAt } from '../../results/store/older-result.js'

const STDOUT = 1

/**
 * Refuses outputs that are also inputs, whatever they are called: the file is told by its device and inode, so that links and other
 * spellings are seen through. Standard output counts: what the shell opened for it may be an input too.
 * @throws {XrbenchError} `XRB_OUTPUT_IS_INPUT`, before anything of an input is lost
 */
export async function refuseInputs(
  inputs: readonly string[],
  outputs: readonly string[] = [],
): Promise<void> {
  const read = new Map<string, string>()
  for (const path of inputs) {
    const id = await identityOf(path)
    if (id !== null) read.set(id, path)
  }
  for (const path of outputs) refuse(read.get((await identityOf(path)) ?? ''), path)
  refuse(read.get((await identityOf(STDOUT)) ?? ''), null)
}

function refuse(input: string | undefined, output: string | null): void {
  if (input === undefined) return
  const what = output === null ? 'Standard output' : output
  throw usageError(
    'XRB_OUTPUT_IS_INPUT',
    output === input
      ? `${input} would be replaced by what is made of it.`
      : `${what} is the same file as ${input}, which would be replaced by what is made of it.`,
    'write to another file: -o NAME',
  )
}

/**
 * Refuses outputs where something was measured: what is made of results can be made again, and a measurement may be the only one of its kind.
 * @throws {XrbenchError} `XRB_OUTPUT_IS_RESULT`
 */
export async function refuseResults(outputs: readonly string[]): Promise<void> {
  for (const path of outputs) {
    const when = await measuredAt(path)
    if (when === null) continue
    throw usageError(
      'XRB_OUTPUT_IS_RESULT',
      `${path} has the result of ${when}, which would be replaced by what is no measurement.`,
      `write to another file: -o NAME; or, if it is not needed, rm ${path}`,
    )
  }
}

/** When what `path` has was measured, in words; `null`: it has no result. */
export async function measuredAt(path: string): Promise<string | null> {
  const startedAt = await startOfResultAt(path)
  return startedAt && momentWords(startedAt)
}

/** `2026-03-04 05:06 UTC`. */
export function momentWords(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`
}

/** Of a regular file; `null` for all else, which nothing written to it replaces, and for what is not there. */
async function identityOf(path: string | number): Promise<string | null> {
  try {
    const found =
      typeof path === 'number'
        ? await promisify(fstat)(path, { bigint: true })
        : await promisify(stat)(path, { bigint: true })
    return found.isFile() ? `${found.dev}:${found.ino}` : null
  } catch {
    return null
  }
}

/** Whether both are one regular file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const id = await identityOf(a)
  return id !== null && id === (await identityOf(b))
}
