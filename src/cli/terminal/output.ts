import { environmentError } from '../../errors.js'
import { harmlessLines } from '../../foreign.js'

/** A reader that went away (`| head`) ends the printing, not the run. Other faults reach the writer's callback. */
export function ignoreClosedPipes(): void {
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
}

/**
 * Writes to stdout, and returns when it has been taken.
 * @throws {XrbenchError} `XRB_OUTPUT` when it could not be written, a closed pipe excepted
 */
export async function print(text: string): Promise<void> {
  const error = await new Promise<Error | null | undefined>((resolve) => {
    process.stdout.write(text, resolve)
  })
  if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') return
  throw environmentError(
    'XRB_OUTPUT',
    `Standard output could not be written: ${error.message}.`,
    'point it to a disk with free space, or use --output FILE',
  )
}

/** Notes, progress and errors: stderr, never stdout. Whatever names are in them. */
export function note(line: string): void {
  process.stderr.write(`${harmlessLines(line)}\n`)
}

/** How text for people is laid out on a stream. */
export function layoutOf(stream: NodeJS.WriteStream): { width: number; color: boolean } {
  return { width: widthOf(stream), color: wantsColor(stream) }
}

/** Columns to lay out for: the terminal's, or 100 where there is none. */
function widthOf(stream: NodeJS.WriteStream): number {
  const columns = stream.isTTY ? stream.columns : Number(process.env.COLUMNS)
  return Number.isInteger(columns) && columns >= 40 ? columns : 100
}

/** Whether colour is wanted on a stream: NO_COLOR and FORCE_COLOR, then whether a terminal reads it. */
function wantsColor(stream: NodeJS.WriteStream): boolean {
  if (process.env.NO_COLOR) return false
  const force = process.env.FORCE_COLOR
  if (force !== undefined && force !== '') return force !== '0'
  return stream.isTTY === true && process.env.TERM !== 'dumb'
}
