import { CONFIDENCE, CONFIDENCE_WORDS } from '../../compare/level.js'
import type {
  CompareDocument,
  Difference,
  Effect,
  GateResult,
  Pair,
  Row,
  Side,
} from '../../compare/schema.js'
import { caseName } from '../../results/document/case-name.js'
import { ABSENT, amount, bitRate, digits, percentage, time } from './quantity.js'

/** A value of a metric in its own unit. */
export function valueWords(value: number | null, unit: Row['unit']): string {
  if (value === null) return ABSENT
  switch (unit) {
    case 'ns':
      return time(value)
    case 'bit/s':
      return bitRate(value)
    case '1/s':
      return `${amount(value)}/s`
    case '1':
      return percentage(value)
  }
}

/** `0.976`, or `+0.21 pp` (percentage points) of what is compared by difference. */
export function shiftWords({ kind }: Effect, value: number): string {
  if (kind === 'ratio') return value >= 0.1 && value < 10 ? value.toFixed(3) : digits(value, 3)
  return `${signOf(value)}${digits(Math.abs(value * 100), 2)} pp`
}

export function intervalWords(effect: Effect): string {
  const bounds = `${shiftWords(effect, effect.low)} … ${shiftWords(effect, effect.high)}`
  return effect.confidence >= CONFIDENCE
    ? bounds
    : `${bounds} (${Math.floor(effect.confidence * 100)} %)`
}

export function verdictWords({ verdict, effect }: Row): string {
  if (verdict === 'cannot-tell') return 'cannot tell'
  if (verdict === 'no-evidence' || effect === null) return 'no evidence'
  return `${verdict} ${changeWords(effect)}`
}

/** `+8.1 %`; from twice or half as much on a factor, `×2.60` or `÷2.60`. */
function changeWords(effect: Effect): string {
  const { kind, estimate } = effect
  if (kind === 'difference') return shiftWords(effect, estimate)
  if (estimate >= 2) return `×${factorDigits(estimate)}`
  if (estimate <= 0.5) return `÷${factorDigits(1 / estimate)}`
  const percent = Math.abs(estimate - 1) * 100
  // What is shown to differ never reads as if it did not.
  return `${signOf(estimate - 1)}${percent < 0.05 ? digits(percent, 1) : percent.toFixed(1)} %`
}

function factorDigits(factor: number): string {
  return factor < 10 ? factor.toFixed(2) : digits(factor, 3)
}

function signOf(value: number): string {
  return value > 0 ? '+' : value < 0 ? '−' : ''
}

export function pairTitle({ base, new: other }: Pair): string {
  const [a, b] = [caseName(base), caseName(other)]
  return a === b ? a : `${a} → ${b}`
}

export function repetitionsWords({
  repetitions: { base, new: other },
  design,
}: Pick<Pair, 'repetitions' | 'design'>): string {
  const counted = base === other ? `n = ${base} each` : `n = ${base} and ${other}`
  return design === 'interleaved' ? `${counted}, interleaved` : counted
}

export function sideWords({ file, label, startedAt, version, variant }: Side): string {
  const named = label === null ? file : `${file} “${label}”`
  const which = variant ? `${variant.name.toUpperCase()} (${variant.options.join(' ')}) of ` : ''
  return `${which}${named}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC, xrbench ${version}`
}

/** `MTU: 1500 → 9000`, and which cases it concerns when not all. */
export function differenceWords(
  { name, base, new: other, cases }: Difference,
  all: number,
): string {
  const which = cases === null || cases.length === all ? '' : ` (${cases.join(', ')})`
  return `${name}: ${base} → ${other}${which}`
}

/** What a reader should conclude, first: the differences, what the gates say, and whether all of it was forced. */
export function conclusion(doc: CompareDocument): string {
  return [differenceConclusion(doc), gateConclusion(doc), forceConclusion(doc)]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

function differenceConclusion(doc: CompareDocument): string {
  const { verdict, comparisons } = doc
  const pairs = comparisons.flatMap((one) => one.pairs)
  const rows = pairs.flatMap((pair) => pair.rows)
  const count = (what: Row['verdict']) => rows.filter((row) => row.verdict === what).length
  const [worse, better] = [count('worse'), count('better')]
  if (verdict === 'not-compared') return 'Nothing could be compared.'
  const rest = restWords(pairs, worse + better > 0)
  if (verdict === 'cannot-tell') return [cutWords(doc), rest].filter(Boolean).join(' ')
  if (verdict === 'no-evidence') return rest
  const tested = rows.filter(({ effect }) => effect !== null).length
  const parts = [worse > 0 ? `${worse} worse` : '', better > 0 ? `${better} better` : '']
  return `Of ${tested} comparisons ${parts.filter(Boolean).join(' and ')}${rest === '' ? '.' : `; ${rest}`}`
}

/** Of what shows no difference: where there is no evidence of one, and where nothing could have been evidence. Two sentences, or half of one. */
export function restWords(pairs: readonly Pair[], isSecond: boolean): string {
  const of = (verdict: Row['verdict']) =>
    pairs.flatMap((pair) => pair.rows.flatMap((row) => (row.verdict === verdict ? [pair] : [])))
  const [without, blind] = [of('no-evidence').length, of('cannot-tell')]
  const n = repetitionsWords(fewest(blind))
  if (isSecond) {
    return [
      without > 0 ? `no evidence in the other ${without}` : '',
      blind.length > 0 ? `cannot tell in ${blind.length} with ${n}` : '',
    ]
      .filter(Boolean)
      .join('; ')
      .replace(/.$/, '$&.')
  }
  return [
    without > 0 ? `No evidence of a difference in ${without} comparisons.` : '',
    blind.length > 0
      ? `Cannot tell with ${n}: so few show no difference in ${blind.length} comparisons, however large it is.`
      : '',
  ]
    .filter(Boolean)
    .join(' ')
}

function fewest(pairs: readonly Pair[]): Pick<Pair, 'repetitions' | 'design'> {
  const least = ({ repetitions: { base, new: other } }: Pair) => Math.min(base, other)
  const [first, ...others] = pairs
  if (first === undefined) return { repetitions: { base: 0, new: 0 }, design: 'independent' }
  return others.reduce((some, one) => (least(one) < least(some) ? one : some), first)
}

/** Which side was not measured to its end. */
function cutWords({ comparisons }: CompareDocument): string {
  const pairs = comparisons.flatMap((one) => one.pairs)
  const cases = (side: 'base' | 'new') =>
    pairs.filter(({ unfinished }) => unfinished?.[side] !== undefined).length
  const skipped = comparisons.reduce((sum, { notMeasured = [] }) => sum + notMeasured.length, 0)
  const [base, other] = [cases('base'), cases('new') + skipped]
  if (base + other === 0) return ''
  const parts = [
    base > 0 ? `${counted(base, 'case')} of the base` : '',
    other > 0 ? `${counted(other, 'case')} of the new result` : '',
  ]
  return `Cannot tell: ${parts.filter(Boolean).join(' and ')} ended early, failed or ${base + other === 1 ? 'was' : 'were'} never measured.`
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}

function gateConclusion({ gates }: CompareDocument): string {
  const those = (what: GateResult['verdict'], one: string, several: string) => {
    const n = gates.filter(({ verdict }) => verdict === what).length
    return n === 0 ? [] : [`${n} ${n === 1 ? one : several}`]
  }
  const parts = [
    ...those('regression', 'regression', 'regressions'),
    ...those('failed', 'failed', 'failed'),
    ...those('inconclusive', 'inconclusive', 'inconclusive'),
    ...those('pass', 'pass', 'passes'),
  ]
  return parts.length === 0 ? '' : `Gates: ${parts.join(', ')}.`
}

function forceConclusion({ forced, comparisons }: CompareDocument): string {
  const stops = comparisons.flatMap(({ differences }) =>
    differences.filter(({ weight }) => weight === 'stop').map(({ name }) => name),
  )
  if (!forced || stops.length === 0) return ''
  return `Forced: the sides differ in ${[...new Set(stops)].join(', ')}, and that may be all it shows.`
}

/** How the figures are to be read. */
export function method(doc: CompareDocument): string {
  const designs = new Set(doc.comparisons.flatMap(({ pairs }) => pairs.map(({ design }) => design)))
  const tests = [
    designs.has('independent') ? 'Mann-Whitney' : '',
    designs.has('interleaved') ? 'signed-rank' : '',
  ].filter((name) => name !== '')
  return [
    'base, new: median of the repetitions, which are the unit of all tests.',
    lostWords(doc),
    `ratio: new / base, Hodges-Lehmann, with the ${CONFIDENCE_WORDS} interval of that row alone (loss: difference in percentage points).`,
    `p: exact ${tests.join(' or ')} test, after Benjamini and Hochberg over all rows${doc.gates.length > 0 ? '; gates: against what they tolerate, after Holm over all gates' : ''}.`,
    designs.has('independent')
      ? 'The sides were measured one after the other: what else changed between them counts too.'
      : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

/** Said where it matters: where something was lost on either side. */
function lostWords({ comparisons }: CompareDocument): string {
  const rows = comparisons.flatMap(({ pairs }) => pairs.flatMap((pair) => pair.rows))
  const isLost = rows.some(
    ({ metric, base, new: other }) =>
      metric === 'loss' && [...base.values, ...other.values].some((value) => value > 0),
  )
  return isLost ? 'Of the percentiles, lost messages count as infinitely late (∞).' : ''
}
