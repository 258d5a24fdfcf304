import { EXIT_CODES, type ExitCode, peerError, XrbenchError } from '../errors.js'
import type { Plan } from '../plan/case.js'
import { renderTable } from '../report/table.js'
import { createDocument } from '../results/document.js'
import type { Session } from '../session/client.js'
import { type RunEnd, type RunEvent, runPlan } from '../session/run-plan.js'
import { commitOfCheckout } from './commit.js'
import { summary } from './dry-run.js'
import { type Interrupts, watchInterrupts } from './interrupt.js'
import { withLocalHints } from './local-hints.js'
import { note, print, wantsColor, widthOf } from './output.js'
import { type Where, withSession } from './place.js'
import { canRedraw, ProgressView } from './progress.js'
import { printError } from './report-error.js'
import { DocumentSink } from './result-sink.js'
import { doubtful, doubtSentences } from './strict.js'
import { packageVersion } from './version.js'

export interface MeasureOptions {
  /** What the user wrote, for the result. */
  command: readonly string[]
  plan: Plan
  where: Where
  /** Result file; `null`: none. */
  output: string | null
  label: string | undefined
  isJson: boolean
  isQuiet: boolean
  isStrict: boolean
  isRedacted: boolean
  isVerbose: boolean
}

/** Measures a plan, shows how it goes, prints what came of it, and gives the exit code. */
export async function measure(options: MeasureOptions): Promise<ExitCode> {
  const { plan } = options
  const isSilent = options.isQuiet || (options.isJson && !options.isVerbose)
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
    if (!isSilent) view.show(event)
    if (event.type === 'failed') say(failedLine(event))
  }
  const { where } = options
  const { signal } = interrupts
  const rdmaPort = plan.cases.find((c) => c.parameters.rdma !== null)?.parameters.rdma ?? undefined
  say(`measuring ${summary(plan)}`)
  try {
    const { sink, end } = await withSession({ where, rdmaPort, signal, say }, async (session) => {
      checkPeer(plan, session)
      const made = await makeSink(options, session)
      const ended = await runPlan({
        plan,
        runner: where.kind === 'here' ? withLocalHints(session) : session,
        sink: made,
        signal,
        onEvent,
        wantsProgress: redraws,
      })
      return { sink: made, end: ended }
    })
    view.clear()
    return await conclude(options, sink, end, interrupts.exitCode())
  } catch (error) {
    view.clear()
    throw stoppedEarly(interrupts) ?? error
  } finally {
    interrupts.dispose()
  }
}

function checkPeer(plan: Plan, { facts }: Session): void {
  const missing = plan.cases.find(({ transport }) => !facts.transports.includes(transport))
  if (missing === undefined) return
  throw peerError('XRB_PEER_TRANSPORT', `The agent cannot do ${missing.transport}.`, {
    hint: `--transport ${facts.transports.join(',')}`,
  })
}

async function makeSink(options: MeasureOptions, session: Session): Promise<DocumentSink> {
  const document = createDocument({
    command: options.command,
    plan: options.plan,
    client: await session.environment(),
    server: session.facts.environment,
    version: packageVersion(),
    commit: commitOfCheckout(),
    label: options.label,
  })
  return new DocumentSink(document, options.output, options.isRedacted)
}

function failedLine({ slot, goesOn }: Extract<RunEvent, { type: 'failed' }>): string {
  const what = `${slot.case.key} failed in repetition ${slot.index + 1} and is not tried again`
  return goesOn ? `${what}; the other cases go on` : what
}

async function conclude(
  options: MeasureOptions,
  sink: DocumentSink,
  end: RunEnd,
  interruptCode: ExitCode | null,
): Promise<ExitCode> {
  const document = sink.published()
  await print(
    options.isJson
      ? `${JSON.stringify(document, null, 2)}\n`
      : renderTable(document, {
          width: widthOf(process.stdout),
          color: wantsColor(process.stdout),
        }),
  )
  if (end.failure !== null) {
    const { code, exitCode, message, hint } = end.failure
    const details = hint === null ? {} : { hint }
    printError(new XrbenchError(code as `XRB_${string}`, exitCode, message, details), {
      verbose: false,
    })
  }
  const doubts = options.isStrict ? doubtful(document) : []
  if (doubts.length > 0) {
    const sentence = `Not to be trusted: ${doubts.join(', ')}.`
    printError(
      new XrbenchError('XRB_UNTRUSTED', EXIT_CODES.untrusted, sentence, {
        hint: doubtSentences(doubts),
      }),
      { verbose: false },
    )
  }
  if (options.output !== null && sink.isWritten && !options.isQuiet) {
    note(`Result: ${options.output}`)
  }
  const trusted = doubts.length > 0 ? EXIT_CODES.untrusted : EXIT_CODES.ok
  return interruptCode ?? end.failure?.exitCode ?? trusted
}

function stoppedEarly(interrupts: Interrupts): XrbenchError | null {
  const code = interrupts.exitCode()
  if (code === null) return null
  return new XrbenchError('XRB_ABORTED', code, 'Stopped before anything was measured.')
}
