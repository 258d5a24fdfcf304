import { CONFIDENCE_WORDS } from '../../compare/level.js'
import { probabilityWords } from '../../compare/probability-words.js'
import type {
  CompareDocument,
  Comparison,
  Difference,
  GateResult,
  Row,
} from '../../compare/schema.js'
import { caseName } from '../../results/document/case-name.js'
import {
  conclusion,
  differenceWords,
  intervalWords,
  method,
  pairTitle,
  repetitionsWords,
  shiftWords,
  sideWords,
  valueWords,
  verdictWords,
} from '../words/compare-words.js'
import { type Palette, palette, wrap } from './text.js'

interface CompareTextOptions {
  width: number
  color: boolean
}

/** What is compared, and what differs besides the numbers: all that is known before any number. */
export function renderComparability(doc: CompareDocument, options: CompareTextOptions): string {
  const width = Math.max(60, options.width)
  const style = palette(options.color)
  const blocks = doc.comparisons.map((one) => headLines(doc, one, width, style).join('\n'))
  return `${blocks.join('\n\n')}\n`
}

/** The comparison for people: what differs besides, the rows, what weakens them, the gates, the conclusion. Ends with a line feed. */
export function renderComparison(doc: CompareDocument, options: CompareTextOptions): string {
  const width = Math.max(60, options.width)
  const style = palette(options.color)
  const sections = [
    ...doc.comparisons.flatMap((one) => [
      headLines(doc, one, width, style),
      ...rowLines(one, width, style),
      partnerLines(one, width),
      one.notes.flatMap((note) => wrap(`! ${note}`, width, 2)),
    ]),
    wrap(method(doc), width).map((line) => style.dim(line)),
    gateLines(doc.gates, width, style),
    wrap(conclusion(doc), width).map((line) => style.bold(line)),
  ]
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return `${text}\n`
}

const LABEL_WIDTH = 9

function headLines(doc: CompareDocument, one: Comparison, width: number, style: Palette): string[] {
  const labelled = (label: string, text: string) => {
    const [first = '', ...rest] = wrap(text, width - LABEL_WIDTH)
    return [
      label.padEnd(LABEL_WIDTH) + first,
      ...rest.map((more) => ' '.repeat(LABEL_WIDTH) + more),
    ]
  }
  const listed = (label: string, differences: Difference[]) =>
    differences.flatMap((difference, i) =>
      labelled(i === 0 ? label : '', differenceWords(difference, one.pairs.length)),
    )
  const of = (weight: Difference['weight']) => one.differences.filter((d) => d.weight === weight)
  const studied = of('studied')
  return [
    ...labelled('base', sideWords(doc.base)),
    ...labelled('new', sideWords(one.new)),
    ...(one.same.length === 0 ? [] : labelled('same', one.same.join(', '))),
    ...listed('studied', studied),
    ...listed('differs', of('note')),
    ...listed('STOPS', of('stop')).map((line) => style.warning(line)),
    ...(one.differences.length === 0 ? labelled('differs', 'nothing else that is known') : []),
  ]
}

const HEADINGS = ['', 'base', 'new', 'ratio', `${CONFIDENCE_WORDS} interval`, 'p', ''] as const

function rowLines({ pairs }: Comparison, width: number, style: Palette): string[][] {
  const cells = new Map(
    pairs.flatMap(({ rows }) => rows.map((row) => [row, cellsOf(row)] as const)),
  )
  const names = [...cells.keys()].map(({ metric }) => metric)
  const widths = HEADINGS.map((heading, i) =>
    longest([
      ...(i === 0 ? names : [heading]),
      ...[...cells.values()].map((row) => row?.[i] ?? ''),
    ]),
  )
  const whole = widths.reduce((sum, one) => sum + one + 2, 0)
  const gap = whole > width ? ' ' : '  '
  const line = (texts: readonly string[]) => {
    const cells = texts.map((text, i) => {
      const align = i === 0 || i === HEADINGS.length - 1 ? 'padEnd' : 'padStart'
      return text[align](widths[i] ?? 0)
    })
    return `  ${cells.join(gap)}`.trimEnd()
  }
  return pairs.map((pair) => [
    `${style.bold(pairTitle(pair))}  ${style.dim(repetitionsWords(pair))}`,
    style.dim(line(HEADINGS)),
    ...pair.rows.flatMap((row) => {
      const texts = cells.get(row) ?? null
      if (texts !== null) {
        const text = line(texts)
        return [row.verdict === 'worse' ? style.warning(text) : text]
      }
      const indent = (widths[0] ?? 0) + 4
      const [first = '', ...rest] = wrap(`not compared: ${row.missing}`, width - indent)
      return [
        `  ${row.metric.padEnd(indent - 2)}${first}`,
        ...rest.map((text) => ' '.repeat(indent) + text),
      ]
    }),
  ])
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0)
}

function cellsOf(row: Row): string[] | null {
  const { effect } = row
  if (effect === null) return null
  return [
    row.metric,
    valueWords(row.base.median, row.unit),
    valueWords(row.new.median, row.unit),
    shiftWords(effect, effect.estimate),
    intervalWords(effect),
    probabilityWords(effect.adjustedP),
    verdictWords(row),
  ]
}

function partnerLines({ withoutPartner }: Comparison, width: number): string[] {
  const listed = (side: string, refs: Comparison['withoutPartner']['base']) =>
    refs.length === 0 ? [] : wrap(`Only in ${side}: ${refs.map(caseName).join(', ')}.`, width, 2)
  return [
    ...listed('the base', withoutPartner.base),
    ...listed('the new result', withoutPartner.new),
  ]
}

const GATE_WORDS: Record<GateResult['verdict'], string> = {
  regression: 'REGRESSION',
  failed: 'FAILED',
  pass: 'pass',
  inconclusive: 'inconclusive',
}

function gateLines(gates: readonly GateResult[], width: number, style: Palette): string[] {
  const files = new Set(gates.map(({ file }) => file)).size
  return gates.flatMap((gate) => {
    // Of the test that it is worse: beside a pass it reads as a doubt.
    const p =
      gate.adjustedP === null || gate.verdict === 'pass'
        ? ''
        : ` (p${equality(probabilityWords(gate.adjustedP))})`
    const name = caseName({ key: gate.case, place: gate.place })
    const of = files > 1 ? `${name} of ${gate.file}` : name
    const lines = wrap(
      `${GATE_WORDS[gate.verdict].padEnd(12)}  ${gate.gate}  ${of}: ${gate.reason}${p}`,
      width,
      14,
    )
    return gate.verdict === 'pass' ? lines : lines.map((line) => style.warning(line))
  })
}

/** `=0.021`, `<0.001` */
function equality(words: string): string {
  return words.startsWith('<') ? words : `=${words}`
}
