import { factsOfCase } from './case-facts.js'
import { type Fact, factsOfSource } from './fact.js'
import { factsOfMachines } from './machine-facts.js'
import type { Difference, Studied } from './schema.js'
import type { MeasuredCase } from './source.js'

/** What is not the same between the two sides of each pair, the weightiest first; equal findings of several pairs are one. */
export function differencesOf(
  pairs: readonly { base: MeasuredCase; new: MeasuredCase }[],
  across: Studied | null,
): Difference[] {
  const found = new Map<string, Found>()
  // Of one file, cases at the same place share their machines.
  const places = new Set<string>()
  for (const { base, new: other } of pairs) {
    if (!places.has(`${base.place} ${other.place}`)) {
      places.add(`${base.place} ${other.place}`)
      for (const one of between(wholeOf(base), wholeOf(other))) add(found, one, null, across)
    }
    for (const one of between(factsOfCase(base), factsOfCase(other))) {
      add(found, one, base.case.key, across)
    }
  }
  const order = { stop: 0, studied: 1, note: 2 }
  return [...found.values()]
    .map(({ cases, ...one }) => ({ ...one, cases: cases === null ? null : [...cases] }))
    .sort((a, b) => order[a.weight] - order[b.weight])
}

/** A difference while its cases are gathered. */
type Found = Omit<Difference, 'cases'> & { cases: Set<string> | null }

function wholeOf(measured: MeasuredCase): Fact[] {
  return [...factsOfSource(measured), ...factsOfMachines(measured)]
}

interface Finding {
  fact: Fact
  base: string
  new: string
}

function between(base: readonly Fact[], other: readonly Fact[]): Finding[] {
  const findings = base.flatMap((fact, i): Finding[] => {
    const partner = partnerOf(fact, other, i)
    const value = partner?.value ?? null
    if (partner === undefined || fact.value === null || value === null || value === fact.value)
      return []
    return [{ fact, ...(unshared(fact, partner) ?? { base: fact.value, new: value }) }]
  })
  // The kind of path is said by the path itself.
  const names = findings.map(({ fact }) => fact.name)
  return mergeEnds(
    findings.filter(({ fact }) => fact.name !== 'path' || !names.includes('kind of path')),
  )
}

/** The same fact of the other side: nearly always at the same place in the list. */
function partnerOf({ name, end }: Fact, others: readonly Fact[], i: number): Fact | undefined {
  const isPartner = (one: Fact | undefined) => one?.name === name && one.end === end
  return isPartner(others[i]) ? others[i] : others.find(isPartner)
}

/** What differs in the same way at both ends is said once. */
function mergeEnds(findings: readonly Finding[]): Finding[] {
  return findings.flatMap((one): Finding[] => {
    const { name, end } = one.fact
    if (end === undefined) return [one]
    const twin = findings.find(({ fact }) => fact.name === name && fact.end !== end)
    const isSame = twin?.base === one.base && twin.new === one.new
    if (isSame && end === 'server') return []
    return [{ ...one, fact: { ...one.fact, name: isSame ? name : `${name} (${end})` } }]
  })
}

/** Of two long lists, only what they do not share; `null`: they are none. */
function unshared({ items: a }: Fact, { items: b }: Fact): { base: string; new: string } | null {
  if (a === null || b === null || (a.length < 2 && b.length < 2)) return null
  const only = (list: readonly string[], without: readonly string[]) =>
    list.filter((item) => !without.includes(item)).join(', ') || '–'
  return { base: only(a, b), new: only(b, a) }
}

function add(
  found: Map<string, Found>,
  { fact, base, new: other }: Finding,
  key: string | null,
  across: Studied | null,
): void {
  const name = fact.name === 'kind of path' ? 'path' : fact.name
  const id = [name, base, other].join('\u0000')
  const known = found.get(id)
  if (known !== undefined) {
    if (key !== null) known.cases?.add(key)
    return
  }
  // Two configurations of one run differ in nothing that was not asked for.
  const isStudied = across === 'variant' || fact.of === across
  const weight = isStudied ? 'studied' : fact.weight
  found.set(id, { name, base, new: other, weight, cases: key === null ? null : new Set([key]) })
}

/** What a reader wants to know is the same, in words. */
export function samenessOf(pairs: readonly { base: MeasuredCase; new: MeasuredCase }[]): string[] {
  const [first] = pairs
  if (first === undefined) return []
  const names = ['CPU', 'kernel', 'governor', 'MTU', 'clock source of the kernel']
  const [a, b] = [factsOfMachines(first.base), factsOfMachines(first.new)]
  const shared = names.flatMap((name) => {
    const [x, y] = [a, b].map((facts) => facts.find((fact) => fact.name === name)?.value ?? null)
    if (x === null || x === undefined || x !== y) return []
    return name === 'CPU' ? [x] : [`${name.replace('clock source of the kernel', 'clock')} ${x}`]
  })
  const paths = new Set(pairs.flatMap(({ base, new: other }) => [base.case.path, other.case.path]))
  const [path] = paths
  return paths.size === 1 && path ? [...shared, `path ${path}`] : shared
}
