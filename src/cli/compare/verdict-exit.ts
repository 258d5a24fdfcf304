import type { CompareDocument } from '../../compare/schema.js'
import { EXIT_CODES, type ExitCode } from '../../errors.js'

type Verdict = CompareDocument['verdict'] | NonNullable<CompareDocument['gateVerdict']>

/** What a verdict over all ends a command with: what cannot be told is not green. */
export function verdictExit(verdict: Verdict, isLenient: boolean): ExitCode {
  if (verdict === 'regression' || verdict === 'failed') return EXIT_CODES.regression
  const isOpen =
    verdict === 'inconclusive' || verdict === 'cannot-tell' || verdict === 'not-compared'
  return isOpen && !isLenient ? EXIT_CODES.untrusted : EXIT_CODES.ok
}
