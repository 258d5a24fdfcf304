import type { Problem, ResultDocument } from '../results/schema/schema.js'
import type { RunEvent } from '../run/events.js'

/** Beside the request of {@link run} and {@link ab}. */
export interface RunOptions {
  /**
   * Ends the run early: the repetition under way ends and is kept, the rest is not started.
   */
  readonly signal?: AbortSignal | undefined
  /** Told what happens, in its order. What it throws ends the run and rejects it. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  /** Whether the events `progress` are told, twice a second. Without them nothing reads progress while something is measured. Default: false. */
  readonly progress?: boolean | undefined
}

interface Outcome {
  /** The file that holds the document; `null`: none was asked for, or nothing could be written. */
  readonly file: string | null
}

/** What came of a run. */
export type RunResult =
  /** It came to its end. */
  | (Outcome & {
      readonly status: 'completed'
      /** An `xrbench.result/1`: every case has all its repetitions. */
      readonly document: ResultDocument
      readonly failure: null
    })
  /** It was cut short, or something of it failed. */
  | (Outcome & {
      readonly status: 'aborted' | 'failed'
      /** With what was measured until then; `null` when it ended before the two ends had met. */
      readonly document: ResultDocument | null
      /** The first failure; each repetition of the document has its own. `null` where the signal was the reason. */
      readonly failure: Problem | null
    })
