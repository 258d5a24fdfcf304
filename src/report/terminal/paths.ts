import type { CaseResult, ResultDocument } from '../../results/schema/schema.js'
import { groupByPlace, type PlaceGroup } from '../words/places.js'

/** Whether the cases of each place crossed the same, so that it is said once for all of them. */
export function sharesPaths(doc: ResultDocument, cases: readonly CaseResult[]): boolean {
  return groupByPlace(cases, doc).every((group) => pathsOf(group).length === 1)
}

/** The cases by place; where rows do not say the path, the title does. */
export function placesOf(
  doc: ResultDocument,
  cases: readonly CaseResult[],
  { hasPath }: { hasPath: boolean },
): PlaceGroup[] {
  return groupByPlace(cases, doc).map((group) => {
    const [path] = pathsOf(group)
    const goesWithoutSaying = hasPath || path === undefined || path === 'lab'
    if (group.title === null || goesWithoutSaying) return group
    return { ...group, title: `${group.title}, path: ${path}` }
  })
}

/** Above a table of one place, whose rows have no title. */
export function pathLines(doc: ResultDocument, cases: readonly CaseResult[]): string[] {
  const groups = groupByPlace(cases, doc)
  if (!sharesPaths(doc, cases)) return []
  return groups.flatMap((group) => (group.title === null ? [`Path: ${pathsOf(group)[0]}`] : []))
}

function pathsOf({ cases }: PlaceGroup): string[] {
  return [...new Set(cases.map(({ path }) => path))].filter((path) => path != null)
}
