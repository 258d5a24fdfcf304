import type { Check } from '../../doctor/checks.js'
import { doctor } from '../../doctor/doctor.js'
import { EXIT_CODES } from '../../errors.js'
import { toolFacts } from '../../tool-facts.js'
import { print } from '../terminal/output.js'

/** Prints what can be measured here. Exit 3 when nothing can. */
export async function doctorAction(options: { json: boolean }): Promise<void> {
  const document = await doctor()
  const { canMeasure, transports, rdma, lab, machine } = document
  if (!canMeasure) process.exitCode = EXIT_CODES.environment
  if (options.json) {
    await print(`${JSON.stringify(document, null, 2)}\n`)
    return
  }
  await print(
    [
      `xrbench ${toolFacts().version}, Node.js ${process.version}`,
      ...section('Transports', transports),
      ...section('Ways to an RDMA device, in the order in which they are tried', rdma),
      ...section('What the lab is made of', lab),
      ...section('This machine', machine),
      '',
      canMeasure ? 'Next: xrbench run' : 'Nothing can be measured here yet: see the hints above.',
      '',
    ].join('\n'),
  )
}

const WORDS: Readonly<Record<Check['state'], string>> = {
  ok: 'ok',
  doubt: 'doubt',
  no: 'no',
  unknown: '?',
}

function section(title: string, checks: readonly Check[]): string[] {
  if (checks.length === 0) return []
  const width = Math.max(...checks.map((check) => check.name.length))
  const lines = checks.flatMap(({ name, state, finding, hint }) => {
    const head = `  ${name.padEnd(width)}  ${WORDS[state].padEnd(5)}  `
    return hint === null
      ? [head + finding]
      : [head + finding, `${' '.repeat(head.length)}→ ${hint}`]
  })
  return ['', title, ...lines]
}
