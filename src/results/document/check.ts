import { XrbenchError } from '../../errors.js'
import { Distribution } from '../histogram/buckets.js'
import { countSamples } from '../histogram/codec.js'
import { rankAtQuantile } from '../histogram/percentiles.js'
import { PERCENTILES, type Percentiles, type Timed } from '../schema/measures.js'
import type { Interval, ResultDocument } from '../schema/schema.js'
import { caseName } from './case-name.js'

/**
 * What a result says that cannot be: a case that is there twice, a histogram that does not decode, or that another count or
 * percentile stands beside. One sentence each, beginning with where it is.
 */
export function contradictionsOf(doc: ResultDocument): string[] {
  const found: string[] = []
  const seen = new Set<string>()
  for (const one of doc.cases) {
    const id = caseName(one)
    if (seen.has(id)) found.push(`${id} is there twice`)
    seen.add(id)
    const add = (where: string, says: string | null) =>
      says && found.push(`${id}, ${where}: ${says}`)
    if (one.summary?.latency) {
      add('summary', wrongLatency(one.summary.latency, one.summary.loss?.lost ?? 0))
    }
    for (const [name, named] of Object.entries(one.summary?.histograms ?? {}))
      add(`summary, ${name}`, wrongLatency(named, 0))
    for (const { index, latency, loss, histograms, intervals } of one.repetitions) {
      if (latency) add(`repetition ${index}`, wrongLatency(latency, loss?.lost ?? 0))
      for (const [name, named] of Object.entries(histograms ?? {}))
        add(`repetition ${index}, ${name}`, wrongLatency(named, 0))
      intervals.forEach((interval, i) => {
        add(`repetition ${index}, interval ${i}`, wrongInterval(interval))
      })
    }
  }
  return found
}

function wrongLatency(latency: Timed, lost: number): string | null {
  const { count, overflow } = latency
  const distribution = attempt(() => new Distribution(latency.histogram))
  if (typeof distribution === 'string') return distribution
  if (distribution.count !== count - overflow) return miscounted(distribution.count, latency)
  return (
    wrongPercentile(latency, distribution, latency.percentiles, 0) ??
    wrongWithLoss(latency, distribution, lost)
  )
}

/** Left out, or made up, they would let a side that loses look fast. */
function wrongWithLoss(latency: Timed, distribution: Distribution, lost: number): string | null {
  const { percentilesWithLoss: told } = latency
  if ((told === null) !== (lost === 0)) {
    return told === null
      ? `${lost} messages were lost, but there are no percentiles with them`
      : 'there are percentiles with lost messages, but none was lost'
  }
  return told && wrongPercentile(latency, distribution, told, lost)
}

function wrongPercentile(
  { count, maxNs, unavailableWithLoss }: Timed,
  distribution: Distribution,
  percentiles: Percentiles,
  lost: number,
): string | null {
  const total = count + lost
  const name = lost > 0 ? 'with loss ' : ''
  for (const { key, oneIn } of PERCENTILES) {
    const told = percentiles[key]
    const rank = rankAtQuantile(total, oneIn)
    const isLost = rank > count
    if (told === null) {
      if (lost > 0 && unavailableWithLoss[key] === 'lost' && !isLost) {
        return `${name}${key} is said to fall among the lost, of which there are ${lost} of ${total}`
      }
      continue
    }
    if (isLost) return `${name}${key} is said to be ${told} ns, but falls among the lost`
    const value = rank > distribution.count ? maxNs : distribution.at(rank)
    if (value !== told)
      return `${name}${key} is said to be ${told} ns, its histogram has ${value} ns`
  }
  return null
}

function wrongInterval({ latency }: Interval): string | null {
  if (latency === null) return null
  const held = attempt(() => countSamples(latency.histogram))
  if (typeof held === 'string') return held
  return held === latency.count - latency.overflow ? null : miscounted(held, latency)
}

/** What `decode` gives, or the sentence that says why it cannot. */
function attempt<T>(decode: () => T): T | string {
  try {
    return decode()
  } catch (error) {
    if (error instanceof XrbenchError) return error.message.replace(/^A/, 'a').replace(/\.$/, '')
    throw error
  }
}

function miscounted(
  held: number,
  { count, overflow }: { count: number; overflow: number },
): string {
  const beyond = overflow > 0 ? ` beside ${overflow} of overflow` : ''
  return `its histogram holds ${held} samples${beyond}, the count says ${count}`
}
