import type { Place } from '../../plan/case.js'
import type { Chart } from '../charts/chart.js'
import { SLOTS } from '../charts/look.js'
import type { Collected } from '../digest/collect.js'
import { comparisonForest, variantForest } from '../digest/forest-charts.js'
import { type ChartGroup, chartsOfPlace } from '../digest/place-charts.js'
import { placeTitle } from './places.js'

/** A part of the report with charts in it. */
export interface Section {
  id: string
  title: string
  notes: string[]
  groups: ChartGroup[]
}

/** Comparisons that are drawn, each as a chart of its own. */
const MOST_FORESTS = 8

/** All charts of a report, in their order. */
export function sectionsOf(collected: Collected): Section[] {
  return [
    comparisonSection(collected),
    ...(['host', 'lab'] as const).map((place) => placeSection(collected, place)),
  ].filter(({ groups }) => groups.length > 0)
}

export function chartsOf(sections: readonly Section[]): Chart[] {
  return sections.flatMap(({ groups }) => groups.flatMap(({ charts }) => charts))
}

function placeSection(collected: Collected, place: Place): Section {
  const { digests } = collected
  const groups = chartsOfPlace(digests, place)
  const forest =
    digests.length === 1
      ? variantForest(
          collected.ratios.filter((one) => one.place === place),
          `${place}-transports`,
        )
      : null
  return {
    id: place,
    title: placeTitle(digests, place),
    notes: [
      ...(digests.length > SLOTS
        ? [
            `Charts show the first ${SLOTS} of ${digests.length} results; more would not be told apart.`,
          ]
        : []),
    ],
    groups:
      forest === null
        ? groups
        : [{ title: 'Transports against one another', charts: [forest] }, ...groups],
  }
}

function comparisonSection({ comparison, digests }: Collected): Section {
  const [base] = digests
  const names = new Map(digests.map(({ file, name }) => [file, name]))
  const all = comparison?.comparisons ?? []
  const charts = all.slice(0, MOST_FORESTS).flatMap((one, i) => {
    const name = names.get(one.new.file) ?? one.new.file
    return comparisonForest(one, { base: base?.name ?? '', new: name }, `comparison-${i + 1}`) ?? []
  })
  return {
    id: 'comparison',
    title: `Compared with ${base?.name ?? ''}`,
    notes:
      all.length > MOST_FORESTS
        ? [
            `The first ${MOST_FORESTS} of ${all.length} comparisons are drawn; xrbench compare has all.`,
          ]
        : [],
    groups: charts.length === 0 ? [] : [{ title: 'Ratios', charts }],
  }
}
