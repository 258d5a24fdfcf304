import type { DeviceChoice } from '../place/device.js'
import type { Plan } from '../plan/case.js'
import { createDocument, enterLab } from '../results/document/document.js'
import type { Environment, LabFacts, ResultDocument } from '../results/schema/schema.js'
import type { Session } from '../session/client/client.js'
import { toolFacts } from '../tool-facts.js'
import { commitOfCheckout } from './commit.js'
import { DocumentSink } from './document-sink.js'

/** What a result says of its run as a whole. */
interface RunHeading {
  readonly command: readonly string[]
  readonly plan: Plan
  readonly device: DeviceChoice | null
  readonly label: string | undefined
  readonly variants: ResultDocument['variants']
  readonly output: string | null
  readonly isRedacted: boolean
}

/** The run's result, which begins with the first session, and takes in the lab when that is there. */
export async function enter(
  heading: RunHeading,
  sink: DocumentSink | undefined,
  session: Session,
  lab: LabFacts | null,
): Promise<DocumentSink> {
  const ends = { client: await session.environment(), server: session.facts.environment }
  const entered = sink ?? makeSink(heading, ends)
  if (lab !== null) enterLab(entered.document, lab, ends)
  return entered
}

function makeSink(
  { command, plan, device, label, variants, output, isRedacted }: RunHeading,
  ends: { client: Environment; server: Environment },
): DocumentSink {
  const document = createDocument({
    ...{ command, plan, ...ends, label, variants },
    version: toolFacts().version,
    commit: commitOfCheckout(),
    rdmaDevice: device && deviceFacts(device),
  })
  return new DocumentSink(document, output, isRedacted)
}

function deviceFacts({ step, attempts, device, port, gidIndex, address }: DeviceChoice) {
  return { step, attempts: [...attempts], device, port, gidIndex, address }
}
