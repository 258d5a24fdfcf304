import { EXIT_CODES, type ExitCode, XrbenchError } from '../../errors.js'
import { printableJson } from '../../foreign.js'
import { renderTable } from '../../report/terminal/table.js'
import { caseTitle } from '../../results/document/case-name.js'
import { doubts } from '../../results/document/doubt.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import type { RunEvent } from '../../run/events.js'
import { type MeasuredRun, type MeasureOptions, measure } from '../../run/measure.js'
import { type Interrupts, watchInterrupts } from '../terminal/interrupt.js'
import { layoutOf, note, print } from '../terminal/output.js'
import { canRedraw, ProgressView } from '../terminal/progress.js'
import { printError } from '../terminal/report-error.js'
import { summary } from './dry-run.js'

/** What is printed of a result. */
export type Render = (document: ResultDocument, file: string | null) => string

interface ShownOptions extends Omit<MeasureOptions, 'signal' | 'onEvent' | 'wantsProgress'> {
  /** What is printed of the result; a table unless told. */
  render?: Render | undefined
  isJson: boolean
  /** No progress and no notes. */
  isSilent: boolean
  isQuiet: boolean
  isStrict: boolean
  isVerbose: boolean
}

/** Measures a plan, shows how it goes, prints what came of it, and gives the exit code. */
export async function measureAndShow(options: ShownOptions): Promise<ExitCode> {
  const { plan, isSilent } = options
  const redraws = !isSilent && canRedraw(process.stderr)
  const view = new ProgressView(process.stderr, {
    redraws,
    repetitions: plan.repetitions,
    isVerbose: options.isVerbose,
  })
  const say = (line: string) => {
    if (!isSilent) view.line(line)
  }
  const interrupts = watchInterrupts((name) => {
    const again = name === 'SIGINT' ? ' (Ctrl-C again to quit now)' : ''
    say(`stopping, keeping what was measured${again}`)
  })
  const onEvent = (event: RunEvent) => {
    if (event.type === 'planned') say(`measuring ${summary(event.plan)}`)
    if (event.type === 'note') say(event.text)
    if (!isSilent) view.show(event)
    if (event.type === 'failed') say(failedLine(event))
  }
  try {
    const { signal } = interrupts
    const measured = await measure({ ...options, signal, onEvent, wantsProgress: redraws })
    view.clear()
    return await conclude(options, measured, interrupts.exitCode())
  } catch (error) {
    view.clear()
    throw stoppedEarly(interrupts) ?? error
  } finally {
    interrupts.dispose()
  }
}

function failedLine({ slot, isGivenUp, goesOn }: Extract<RunEvent, { type: 'failed' }>): string {
  const what = `${caseTitle(slot.case)} failed in repetition ${slot.index + 1}`
  if (isGivenUp) return `${what} and is not tried again${goesOn ? '; the other cases go on' : ''}`
  return goesOn ? `${what}; the others go on` : what
}

function table(document: ResultDocument): string {
  return renderTable(document, layoutOf(process.stdout))
}

async function conclude(
  options: ShownOptions,
  { document, failure, isWritten }: MeasuredRun,
  interruptCode: ExitCode | null,
): Promise<ExitCode> {
  await print(
    options.isJson
      ? `${printableJson(document)}\n`
      : (options.render ?? table)(document, options.output),
  )
  if (failure !== null) {
    const { code, exitCode, message, hint } = failure
    const details = hint === null ? {} : { hint }
    printError(new XrbenchError(code as `XRB_${string}`, exitCode, message, details), {
      verbose: false,
    })
  }
  const found = options.isStrict ? doubts(document) : []
  if (found.length > 0) {
    const sentence = `Not to be trusted: ${found.map(({ flag }) => flag).join(', ')}.`
    const hint = found.map(({ flag, sentence: why }) => `${flag}: ${why}`).join('; ')
    printError(new XrbenchError('XRB_UNTRUSTED', EXIT_CODES.untrusted, sentence, { hint }), {
      verbose: false,
    })
  }
  if (options.output !== null && isWritten && !options.isQuiet) {
    note(`Result: ${options.output}`)
  }
  const trusted = found.length > 0 ? EXIT_CODES.untrusted : EXIT_CODES.ok
  return interruptCode ?? failure?.exitCode ?? trusted
}

function stoppedEarly(interrupts: Interrupts): XrbenchError | null {
  const code = interrupts.exitCode()
  if (code === null) return null
  return new XrbenchError('XRB_ABORTED', code, 'Stopped before anything was measured.')
}
