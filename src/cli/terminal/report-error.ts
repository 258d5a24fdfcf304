import { CommanderError } from '@commander-js/extra-typings'
import {
  EXIT_CODES,
  type ExitCode,
  environmentError,
  usageError,
  XrbenchError,
} from '../../errors.js'
import { printableJson } from '../../foreign.js'
import { note, print } from './output.js'

/** Says on stderr what went wrong (with `json` also on stdout, as a document), and returns the exit code. */
export async function reportError(
  error: unknown,
  options: { json: boolean; verbose: boolean; command?: string | undefined },
): Promise<ExitCode> {
  const known = asXrbenchError(error, options.command)
  printError(known, options)
  if (options.json) await print(`${printableJson(errorDocument(known))}\n`).catch(() => {})
  return known.exitCode
}

/** `error: sentence [XRB_CODE]`, `hint: …`; the stack only when asked for. */
export function printError(error: XrbenchError, options: { verbose: boolean }): void {
  note(`error: ${error.message} [${error.code}]`)
  if (error.hint !== undefined) note(`hint: ${error.hint}`)
  if (options.verbose) {
    if (Object.keys(error.context).length > 0) note(`context: ${JSON.stringify(error.context)}`)
    note(`${error.cause instanceof Error ? error.cause.stack : error.stack}`)
  }
}

/** What `--json` prints in place of a result. */
function errorDocument(error: XrbenchError): {
  error: { code: string; message: string; hint: string | null }
} {
  return { error: { code: error.code, message: error.message, hint: error.hint ?? null } }
}

/**
 * Anything thrown, as the one kind of error xrbench reports; what nobody foresaw is a fault of ours.
 * @param command whose help tells more, where it is known
 */
export function asXrbenchError(error: unknown, command?: string): XrbenchError {
  if (error instanceof XrbenchError) return error
  if (error instanceof CommanderError) return fromCommander(error, command)
  if (isOutOfDescriptors(error)) {
    return environmentError(
      'XRB_DESCRIPTORS',
      'This process may not open as many files as it needs.',
      'ulimit -n 1024',
    )
  }
  const message = error instanceof Error ? error.message : String(error)
  return new XrbenchError('XRB_INTERNAL', EXIT_CODES.internal, `Unexpected: ${message}`, {
    hint: 'please report this, with what --verbose adds',
    cause: error,
  })
}

/** EMFILE of the process, ENFILE of the whole machine (open(2)). */
function isOutOfDescriptors(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EMFILE' || code === 'ENFILE'
}

function fromCommander(error: CommanderError, command: string | undefined): XrbenchError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const suggestion = rest
    .join(' ')
    .trim()
    .replace(/^\(|\)$/g, '')
  const sentence = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.?$/, '.')
  const help = command === undefined ? 'xrbench --help' : `xrbench ${command} --help`
  return usageError('XRB_USAGE', sentence, suggestion === '' ? help : suggestion)
}
