import { factsOfSource } from '../../compare/fact.js'
import { factsOfMachines } from '../../compare/machine-facts.js'
import { measuredCases, type Source } from '../../compare/source.js'

/** What is known about one end of one result at one place. */
export interface MachineFacts {
  title: string
  facts: Map<string, string>
}

/** A column for each end at each place; ends that have everything in common share one. */
export function machinesOf(source: Source, name: string): MachineFacts[] {
  const places = new Map(measuredCases(source).map((one) => [one.place, one]))
  return [...places.values()].flatMap((measured) => {
    const where = measured.place === 'lab' ? 'lab' : 'host'
    const common = factsOfSource(measured)
    const facts = factsOfMachines(measured)
    const of = (end: 'client' | 'server') =>
      new Map(
        [...common, ...facts.filter((fact) => fact.end === end)].flatMap(
          ({ name: fact, value }): [string, string][] =>
            value === null || value === '' ? [] : [[fact, value]],
        ),
      )
    const [client, server] = [of('client'), of('server')]
    const isOne = [...client].every(([fact, value]) => server.get(fact) === value)
    if (isOne && client.size === server.size) {
      return [{ title: `${name}, ${where}: both ends`, facts: client }]
    }
    return [
      { title: `${name}, ${where}: client`, facts: client },
      { title: `${name}, ${where}: server`, facts: server },
    ]
  })
}
