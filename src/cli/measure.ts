import { EXIT_CODES, type ExitCode, peerError, XrbenchError } from '../errors.js'
import type { DeviceChoice } from '../place/device.js'
import { type Case, PLACES, type Place, type Plan } from '../plan/case.js'
import { renderTable } from '../report/terminal/table.js'
import { caseTitle } from '../results/document/case-name.js'
import { createDocument, enterLab } from '../results/document/document.js'
import type { Environment, LabFacts, Problem, ResultDocument } from '../results/schema/schema.js'
import type { Session } from '../session/client/client.js'
import {
  failureOf,
  finishRun,
  type RunEnd,
  type RunEvent,
  runPlan,
} from '../session/client/run-plan.js'
import { rrFeature } from '../session/wire/protocol.js'
import { commitOfCheckout } from './commit.js'
import { summary } from './dry-run.js'
import { type Interrupts, watchInterrupts } from './interrupt.js'
import { withLocalHints } from './local-hints.js'
import { layoutOf, note, print } from './output.js'
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
  /** Where the cases of each place are measured. */
  places: Record<Place, Where>
  /** How the RDMA device on this machine was come by. */
  device: DeviceChoice | null
  /** Result file; `null`: none. */
  output: string | null
  label: string | undefined
  /** The options of the two configurations the plan has. */
  variants: ResultDocument['variants']
  /** What is printed of the result; a table unless told. */
  render?: ((document: ResultDocument, file: string | null) => string) | undefined
  isJson: boolean
  /** No progress and no notes. */
  isSilent: boolean
  isQuiet: boolean
  isStrict: boolean
  isRedacted: boolean
  isVerbose: boolean
}

/** Measures a plan, shows how it goes, prints what came of it, and gives the exit code. */
export async function measure(options: MeasureOptions): Promise<ExitCode> {
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
    if (!isSilent) view.show(event)
    if (event.type === 'failed') say(failedLine(event))
  }
  const { signal } = interrupts
  let sink: DocumentSink | undefined
  const ends: RunEnd[] = []
  const measureAt = async (place: Place) => {
    const where = options.places[place]
    const cases = plan.cases.filter((c) => c.place === place)
    const rdmaPort = cases.find((c) => c.parameters.rdma !== null)?.parameters.rdma ?? undefined
    await withSession({ where, rdmaPort, signal, say }, async (session, lab) => {
      checkPeer(cases, session)
      sink = await enter(options, sink, session, lab)
      const runner = where.kind === 'here' ? withLocalHints(session) : session
      const toShow = { signal, onEvent, wantsProgress: redraws }
      ends.push(await runPlan({ plan, place, runner, sink, ...toShow }))
    })
  }
  say(`measuring ${summary(plan)}`)
  try {
    for (const place of PLACES) {
      const cases = plan.cases.filter((c) => c.place === place)
      if (cases.length === 0 || signal.aborted) continue
      try {
        await measureAt(place)
      } catch (error) {
        // What was measured elsewhere is kept and shown.
        if (sink === undefined) throw error
        if (!signal.aborted) await sink.skip(cases, problemOf(error))
        ends.push(endOf(error, signal))
      }
    }
    if (sink === undefined) throw stoppedEarly(interrupts)
    const end = await finishRun(sink, ends)
    view.clear()
    return await conclude(options, sink, end, interrupts.exitCode())
  } catch (error) {
    view.clear()
    throw stoppedEarly(interrupts) ?? error
  } finally {
    interrupts.dispose()
  }
}

function checkPeer(cases: readonly Case[], { facts }: Session): void {
  const missing = cases.find(({ transport }) => !facts.transports.includes(transport))
  if (missing !== undefined) {
    throw peerError('XRB_PEER_TRANSPORT', `The agent cannot do ${missing.transport}.`, {
      hint: `--transport ${facts.transports.join(',')}`,
    })
  }
  const unanswered = cases.find(
    ({ transport, workload }) =>
      workload === 'rr' && !facts.features.includes(rrFeature(transport)),
  )
  if (unanswered === undefined) return
  throw peerError(
    'XRB_PEER_WORKLOAD',
    `The agent, of xrbench ${facts.tool.version}, cannot do rr over ${unanswered.transport}.`,
    { hint: 'install the same version of xrbench at both ends' },
  )
}

/** The run's result, which begins with the first session, and takes in the lab when that is there. */
async function enter(
  options: MeasureOptions,
  sink: DocumentSink | undefined,
  session: Session,
  lab: LabFacts | null,
): Promise<DocumentSink> {
  const ends = { client: await session.environment(), server: session.facts.environment }
  const entered = sink ?? makeSink(options, ends)
  if (lab !== null) enterLab(entered.document, lab, ends)
  return entered
}

function makeSink(
  { command, plan, device, label, variants, output, isRedacted }: MeasureOptions,
  ends: { client: Environment; server: Environment },
): DocumentSink {
  const document = createDocument({
    ...{ command, plan, ...ends, label, variants },
    version: packageVersion(),
    commit: commitOfCheckout(),
    rdmaDevice: device && deviceFacts(device),
  })
  return new DocumentSink(document, output, isRedacted)
}

function deviceFacts({ step, attempts, device, port, gidIndex, address }: DeviceChoice) {
  return { step, attempts: [...attempts], device, port, gidIndex, address }
}

function endOf(error: unknown, signal: AbortSignal): RunEnd {
  if (signal.aborted) return { status: 'aborted', failure: null }
  return { status: 'failed', failure: failureOf(error) }
}

function problemOf(error: unknown): Problem {
  const { code, message, hint } = failureOf(error)
  return { code, message, hint }
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
  options: MeasureOptions,
  sink: DocumentSink,
  end: RunEnd,
  interruptCode: ExitCode | null,
): Promise<ExitCode> {
  const document = sink.published()
  await print(
    options.isJson
      ? `${JSON.stringify(document, null, 2)}\n`
      : (options.render ?? table)(document, options.output),
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
