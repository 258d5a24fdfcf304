import { harmlessLines } from './foreign.js'

/** Exit codes of the `xrbench` command; `--help` prints this table. */
export const EXIT_CODES = {
  ok: 0,
  internal: 1,
  usage: 2,
  environment: 3,
  peer: 4,
  measurement: 5,
  untrusted: 6,
  regression: 7,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

export type ErrorCode = `XRB_${string}`

export interface ErrorDetails {
  /** One command or one thing to change that mends it; can be pasted. */
  hint?: string
  /** Facts for `--verbose` and `--json`, never needed to understand the sentence. */
  context?: Record<string, unknown>
  cause?: unknown
}

/**
 * Everything xrbench reports to its user: a stable code, one sentence, a hint, an exit code. Paths, names and a peer's words may be part of
 * sentence and hint: no terminal obeys them.
 */
export class XrbenchError extends Error {
  readonly code: ErrorCode
  readonly exitCode: ExitCode
  readonly hint: string | undefined
  readonly context: Record<string, unknown>

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
