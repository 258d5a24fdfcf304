import {
  type Asked,
  type Circumstances,
  type Filled,
  type Group,
  LEFT_OUT,
  type OfCase,
  type Option,
} from './option.js'

type Values = Readonly<Record<string, unknown>>

/** What was asked for, with the defaults of this machine. */
export function filled<G extends Group>(group: G, asked: Asked<G> = {}): Filled<G> {
  return fill(group, asked, (option) => option.default)
}

/** … of the lab, where another is better there. */
export function filledInLab<G extends Group>(group: G, asked: Asked<G> = {}): Filled<G> {
  return fill(group, asked, (option) => option.inLab ?? option.default)
}

function fill<G extends Group>(
  group: G,
  asked: Values,
  defaultOf: (option: Option) => unknown,
): Filled<G> {
  const values = Object.entries(group).map(([member, option]) => [
    member,
    asked[member] ?? defaultOf(option),
  ])
  return Object.freeze(Object.fromEntries(values)) as Filled<G>
}

/** Values of the options that multiply cases: one object for each combination that a case of `c` can have. */
export function waysOf<G extends Group>(
  group: G,
  request: Filled<G>,
  c: Circumstances,
): Partial<OfCase<G>>[] {
  let ways: Values[] = [{}]
  for (const [member, option] of Object.entries(group)) {
    const list = (request as Values)[member]
    if (option.each === undefined || !Array.isArray(list) || !isFor(option, c)) continue
    const values = list.filter((value) => allows(option, value, c))
    ways = ways.flatMap((way) => values.map((value) => ({ ...way, [option.each]: value })))
  }
  return ways as Partial<OfCase<G>>[]
}

/** The options of one case: what it has no use for stands at its place, so that the request in the result stays true. */
export function ofCase<G extends Group>(
  group: G,
  request: Filled<G>,
  way: Partial<OfCase<G>>,
  c: Circumstances,
): OfCase<G> {
  const values = Object.entries(group).flatMap(([member, option]) => {
    const name = option.each ?? member
    const value = valueIn(option, (request as Values)[member], (way as Values)[name], c)
    return value === undefined || value === LEFT_OUT ? [] : [[name, value]]
  })
  return Object.freeze(Object.fromEntries(values)) as OfCase<G>
}

function valueIn(option: Option, asked: unknown, ofWay: unknown, c: Circumstances): unknown {
  if (option.each !== undefined) return ofWay ?? option.otherwise
  if (option.otherwise !== undefined && !isFor(option, c, asked)) return option.otherwise
  return asked ?? option.fill?.(c) ?? null
}

/** Whether an option means something to such a case. */
export function isFor({ of = [] }: Option, c: Circumstances, value?: unknown): boolean {
  return of.every(({ holds }) => holds(c, value))
}

/** Whether a case that it is for can have this value of it. */
export function allows({ only = {} }: Option, value: unknown, c: Circumstances): boolean {
  return only[String(value)]?.holds(c) ?? true
}

/** What stands in a case where nobody said. */
export function standard(option: Option, c: Circumstances): unknown {
  return option.fill?.(c) ?? (Array.isArray(option.default) ? option.default[0] : option.default)
}
