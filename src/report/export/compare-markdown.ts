import { CONFIDENCE_WORDS } from '../../compare/level.js'
import { probabilityWords } from '../../compare/probability-words.js'
import type { CompareDocument, Comparison, GateResult, Row } from '../../compare/schema.js'
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

/** The comparison for a pull request, or the summary of a CI job. Ends with a line feed. */
export function renderCompareMarkdown(doc: CompareDocument): string {
  const blocks = [
    `### xrbench compare: ${headline(doc)}`,
    `**${asText(conclusion(doc))}**`,
    gateTable(doc.gates),
    ...doc.comparisons.flatMap((one) => [head(doc, one), ...tables(one), footnotes(one)]),
    `<sub>${asText(method(doc))}</sub>`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function headline({ gateVerdict, verdict }: CompareDocument): string {
  if (gateVerdict !== null) return gateVerdict
  return {
    difference: 'they differ',
    'no-evidence': 'no evidence of a difference',
    'cannot-tell': 'cannot tell',
    'not-compared': 'nothing compared',
  }[verdict]
}

function head(
  { base }: CompareDocument,
  { new: other, same, differences, pairs }: Comparison,
): string {
  const differing = differences.map(
    (one) =>
      `- ${one.weight === 'stop' ? '**stops** ' : ''}${one.weight === 'studied' ? 'studied: ' : ''}${asText(differenceWords(one, pairs.length))}`,
  )
  return [
    `- base: ${asText(sideWords(base))}`,
    `- new: ${asText(sideWords(other))}`,
    ...(same.length === 0 ? [] : [`- same: ${asText(same.join(', '))}`]),
    ...(differing.length === 0 ? [] : ['', 'What differs besides:', '', ...differing]),
  ].join('\n')
}

function tables({ pairs }: Comparison): string[] {
  return pairs.map((pair) =>
    [
      `**${asText(pairTitle(pair))}** (${repetitionsWords(pair)})`,
      '',
      `| metric | base | new | ratio | ${CONFIDENCE_WORDS} interval | p | |`,
      '|---|--:|--:|--:|:-:|--:|---|',
      ...pair.rows.map(row),
    ].join('\n'),
  )
}

function row(one: Row): string {
  const { effect, metric, unit } = one
  if (effect === null) return `| ${metric} | | | | | | not compared: ${asText(one.missing ?? '')} |`
  const cells = [
    metric,
    valueWords(one.base.median, unit),
    valueWords(one.new.median, unit),
    shiftWords(effect, effect.estimate),
    intervalWords(effect),
    probabilityWords(effect.adjustedP),
    one.verdict === 'worse' ? `**${verdictWords(one)}**` : verdictWords(one),
  ]
  return `| ${cells.map(escapeCell).join(' | ')} |`
}

function gateTable(gates: readonly GateResult[]): string {
  if (gates.length === 0) return ''
  return [
    '| gate | case | verdict | why | p |',
    '|---|---|---|---|--:|',
    ...gates.map(({ gate, case: key, place, verdict, reason, adjustedP }) => {
      const p = adjustedP === null ? '' : probabilityWords(adjustedP)
      return `| \`${gate.replaceAll('`', '').replaceAll('|', '\\|')}\` | ${asText(caseName({ key, place }))} | **${verdict}** | ${asText(reason)} | ${escapeCell(p)} |`
    }),
  ].join('\n')
}

function footnotes({ notes, withoutPartner }: Comparison): string {
  const only = (side: string, refs: Comparison['withoutPartner']['base']) =>
    refs.length === 0 ? [] : [`- Only in ${side}: ${asText(refs.map(caseName).join(', '))}.`]
  return [
    ...notes.map((note) => `- ${asText(note)}`),
    ...only('the base', withoutPartner.base),
    ...only('the new result', withoutPartner.new),
  ].join('\n')
}

/** A name in a file is text, whatever markup it holds: it opens no list, links to nothing and calls nobody. */
function asText(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/^(\s*)([#+=-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replaceAll(LINKED, `$&${APART}`)
}

/** The first part of what GitHub makes a mention or a link of by itself: of somebody, of an issue, of an address. */
const LINKED = /@|#(?=\d)|\bGH(?=-\d)|:(?=\/\/)|\bwww(?=\.)/gi
/** Parts a text without being seen. */
const APART = '<!-- -->'

function escapeCell(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('|', '\\|')
}
