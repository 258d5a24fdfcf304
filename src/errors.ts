import { harmlessLines } from './foreign.js'

/** Exit codes of the `xrbench` command; `--help` prints this table. */
export const EXIT_CODES = {
  /** All went well. */
  ok: 0,
  /** A fault of xrbench itself. */
  internal: 1,
  /** Bad input, refused before anything started. */
  usage: 2,
  /** This machine lacks something. */
  environment: 3,
  /** The peer is unreachable, incompatible, silent or gone. */
  peer: 4,
  /** Failed while measuring. */
  measurement: 5,
  /** Undecided, or not to be trusted: a gate or a comparison that cannot tell; with `--strict` a result that is doubtful. */
  untrusted: 6,
  /** A gate found something worse than it allows, or what it guards was not measured to its end. */
  regression: 7,
  /** `validate` found a file that is no result, or contradicts itself. */
  invalid: 8,
  /** SIGINT. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const

/** What the command ends with: one of {@link EXIT_CODES}. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

/** Of an error: stable, never given to another. */
export type ErrorCode = `XRB_${string}`

/** What an error has beside its sentence. */
export interface ErrorDetails {
  /** One command or one thing to change that mends it; can be pasted. */
  hint?: string
  /** Facts for `--verbose` and `--json`, never needed to understand the sentence. */
  context?: Record<string, unknown>
  /** The error that led to this one. */
  cause?: unknown
}

/**
 * Everything xrbench reports to its user: a stable code, one sentence, a hint, an exit code. Paths, names and a peer's words may be part of
 * sentence and hint: no terminal obeys them.
 */
export class XrbenchError extends Error {
  /** Stable: what a program decides by. */
  readonly code: ErrorCode
  /** What the command would end with. */
  readonly exitCode: ExitCode
  /** One thing to do that mends it, in the words of the command line; can be pasted. `undefined`: none is known. */
  readonly hint: string | undefined
  /** Facts beside the sentence, never needed to understand it; empty where there are none. */
  readonly context: Record<string, unknown>

  /** One sentence, which becomes `message`, and what stands beside it. */
  constructor(code: ErrorCode, exitCode: ExitCode, sentence: string, details: ErrorDetails = {}) {
    super(
      harmlessLines(sentence),
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.name = 'XrbenchError'
    this.code = code
    this.exitCode = exitCode
    this.hint = details.hint === undefined ? undefined : harmlessLines(details.hint)
    this.context = details.context ?? {}
  }
}

/** Bad input, refused before anything starts (exit 2). */
export function usageError(code: ErrorCode, sentence: string, hint?: string): XrbenchError {
  return new XrbenchError(code, EXIT_CODES.usage, sentence, hint === undefined ? {} : { hint })
}

/** This machine lacks something (exit 3). */
export function environmentError(code: ErrorCode, sentence: string, hint?: string): XrbenchError {
  return new XrbenchError(
    code,
    EXIT_CODES.environment,
    sentence,
    hint === undefined ? {} : { hint },
  )
}

/** The peer is unreachable, incompatible, silent or gone (exit 4). */
export function peerError(
  code: ErrorCode,
  sentence: string,
  details: ErrorDetails = {},
): XrbenchError {
  return new XrbenchError(code, EXIT_CODES.peer, sentence, details)
}

/** Failed while measuring (exit 5). */
export function measurementError(
  code: ErrorCode,
  sentence: string,
  details: ErrorDetails = {},
): XrbenchError {
  return new XrbenchError(code, EXIT_CODES.measurement, sentence, details)
}
