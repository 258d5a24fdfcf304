import { randomBytes } from 'node:crypto'
import { EXIT_CODES, XrbenchError } from '../errors.js'
import type { Case } from '../plan/case.js'
import { isSameCase } from '../results/document/case-name.js'
import { finishDocument, recordRepetition, skipCase } from '../results/document/document.js'
import { type Problem, type ResultDocument, resultSchema } from '../results/schema/schema.js'
import { redact } from '../results/store/redact.js'
import { writeResult } from '../results/store/store.js'
import { problemOf } from './problem.js'
import type { ResultSink } from './repetitions.js'

/** A result document that grows, and the file that always holds the whole of it. */
export class DocumentSink implements ResultSink {
  readonly document: ResultDocument
  readonly #path: string | null
  /** One key for all writes, so that a name keeps its hash. `null`: names are kept. */
  readonly #redactionKey: Buffer | null
  #isWritten = false

  constructor(document: ResultDocument, path: string | null, isRedacted: boolean) {
    this.document = document
    this.#path = path
    this.#redactionKey = isRedacted ? randomBytes(32) : null
  }

  /** Whether the file holds anything of this run. */
  get isWritten(): boolean {
    return this.#isWritten
  }

  readonly add: ResultSink['add'] = async (slot, report) => {
    const repetition = recordRepetition(this.document, slot, report)
    await this.#write()
    return repetition
  }

  /** Marks those of the cases that could not even begin. */
  async skip(cases: readonly Case[], reason: Problem): Promise<void> {
    const isPending = (c: Case) =>
      this.document.cases.some((one) => isSameCase(one, c) && one.status === 'pending')
    for (const c of cases.filter(isPending)) skipCase(this.document, c, reason)
    await this.#write()
  }

  readonly finish: ResultSink['finish'] = async ({ status, failure }) => {
    finishDocument(this.document, status, failure && problemOf(failure))
    await this.#write()
  }

  /** The document as it may be shown. */
  published(): ResultDocument {
    return this.#redactionKey === null ? this.document : redact(this.document, this.#redactionKey)
  }

  async #write(): Promise<void> {
    const published = this.published()
    refuseInvalid(published)
    if (this.#path === null) return
    await writeResult(this.#path, published)
    this.#isWritten = true
  }
}

/** @throws {XrbenchError} `XRB_INTERNAL`, in place of a file that nobody could read */
function refuseInvalid(doc: ResultDocument): void {
  const { success, error } = resultSchema.safeParse(doc)
  if (success) return
  const [issue] = error.issues
  throw new XrbenchError(
    'XRB_INTERNAL',
    EXIT_CODES.internal,
    `The result would not be valid at ${issue?.path.join('.')}: ${issue?.message}.`,
    { hint: 'please report this, with what --verbose adds' },
  )
}
