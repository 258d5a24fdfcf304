import type { Group, Option } from './option.js'

/** Options of a case without those that came after the first agents, and stand where they would without being told. */
export function told<T extends object>(group: Group, values: T): T {
  const added = addedTo(group)
  const entries = Object.entries(values).filter(
    ([name, value]) => !added.has(name) || value !== added.get(name)?.absent,
  )
  return Object.fromEntries(entries) as T
}

/** … and with them. */
export function untold<T extends object>(group: Group, values: T): T {
  const entries = [...addedTo(group)].flatMap(([name, { absent }]) =>
    absent === undefined ? [] : [[name, absent]],
  )
  return { ...Object.fromEntries(entries), ...values } as T
}

function addedTo(group: Group): Map<string, Option> {
  const entries = Object.entries(group).filter(([, option]) => isNewOnWire(option))
  return new Map(entries.map(([member, option]) => [option.each ?? member, option]))
}

export function isNewOnWire({ isNewOnWire: since = false }: Option): boolean {
  return since !== false
}
