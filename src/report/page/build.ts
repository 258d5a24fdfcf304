import type { Place } from '../../plan/case.js'
import type { Chart } from '../charts/chart.js'
import { SLOTS } from '../charts/look.js'
import type { Collected } from '../digest/collect.js'
import { comparisonForest, manyForest, variantForest } from '../digest/forest-charts.js'
import { sideNamer } from '../digest/names.js'
import { type ChartGroup, chartsOfPlace } from '../digest/place-charts.js'
import { placeTitle } from './places.js'

/** A part of the report with charts in it. */
export interface Section {
  id: string
  title: string
  notes: string[]
  groups: ChartGroup[]
}

/** More comparisons than that share a chart. */
const MOST_FORESTS = 3

/** All charts of a report, in their order. */
export function sectionsOf(collected: Collected): Section[] {
  return [
    comparisonSection(collected),
    ...(['host', 'lab'] as const).map((place) => placeSection(collected, place)),
  ].filter(({ groups }) => groups.length > 0)
}

export function chartsOf(sections: readonly Section[]): Chart[] {
  return sections.flatMap(({ title, groups }) =>
    groups.flatMap(({ charts }) => charts.map((chart) => ({ ...chart, where: title }))),
  )
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
            `Except for the course over all of them, charts show the first ${SLOTS} of ${digests.length} results: more could not be told apart.`,
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
  const all = comparison?.comparisons ?? []
  const nameOf = sideNamer(digests)
  const against = comparison === null ? '' : nameOf(comparison.base)
  const charts =
    all.length > MOST_FORESTS
      ? [manyForest(all, nameOf, against)]
      : all.map((one, i) =>
          comparisonForest(one, { base: against, new: nameOf(one.new) }, `comparison-${i + 1}`),
        )
  const drawn = charts.filter((chart) => chart !== null)
  return {
    id: 'comparison',
    title: `Compared with ${against}`,
    notes: [],
    groups: drawn.length === 0 ? [] : [{ title: 'Ratios', charts: drawn }],
  }
}
