import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { remoteParameters } from '../session/endpoint/spec.js'
import { testCase } from '../session/fixtures/case.js'
import { remoteParametersSchema } from '../session/wire/client-messages.js'
import { heardParameters, toldParameters } from '../session/wire/told-parameters.js'
import { ENTRIES, GROUPS } from './groups.js'
import { isNewOnWire } from './known.js'
import { LAB } from './lab.js'
import { MEASURE } from './measure.js'
import type { Group, Option } from './option.js'
import { requestShape } from './schema.js'
import { SERVE } from './serve.js'

const LIMITED = ['count', 'bytes', 'mebibytes', 'time']
const groups = Object.entries({ measure: MEASURE, ...GROUPS })
const told = (transport: 'tcp' | 'unix' | 'quic' = 'tcp') =>
  toldParameters(remoteParameters(testCase({ transport }), 'server'))

describe('the table of options', () => {
  it('has each flag once', () => {
    const names = ENTRIES.map(({ attribute }) => attribute)
    expect(names.length).toBeGreaterThan(40)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]*$/)
  })

  it.each([...groups, ['serve', SERVE], ['lab', LAB]] as [string, Group][])(
    '%s: refuses a value beyond each limit, and takes the limit',
    (_, group) => {
      const shape = requestShape(group)
      for (const [member, option] of Object.entries(group)) {
        const { kind } = option
        if (!LIMITED.includes(kind.is)) continue
        const asked = (value: number) => (option.each === undefined ? value : [value])
        const accepts = (value: number) => shape[member]?.safeParse(asked(value)).success
        expect([member, accepts(kind.min), accepts(kind.max)]).toEqual([member, true, true])
        expect([member, accepts(kind.max + 1)]).toEqual([member, false])
        if (kind.min > 1 || kind.min === 0) {
          expect([member, accepts(kind.min - 1)]).toEqual([member, false])
        }
      }
    },
  )

  it('tells an agent of before nothing that it does not know', () => {
    const added = groups.flatMap(([, group]) =>
      Object.entries(group).flatMap(([member, o]: [string, Option]) =>
        isNewOnWire(o) ? [o.each ?? member] : [],
      ),
    )
    expect(added).toContain('inflight')
    const { socket, ...rest } = told()
    for (const name of added) {
      expect(Object.keys(rest)).not.toContain(name)
      expect(Object.keys(socket)).not.toContain(name)
    }
  })

  it('is understood at the other end as it was told', () => {
    const parameters = remoteParameters(testCase({ transport: 'tcp' }), 'server')
    const arrived = remoteParametersSchema.parse(JSON.parse(JSON.stringify(told())))
    expect(heardParameters(arrived)).toEqual(parameters)
  })

  it('has what is measured to itself: the face of the addon says none of it again', () => {
    const face = readFileSync(new URL('../addon/addon.ts', import.meta.url), 'utf8')
    const members = Object.entries(MEASURE).map(
      ([member, { each = member }]: [string, Option]) => each,
    )
    expect(members).toContain('unixType')
    expect(members.filter((name) => new RegExp(`^ +${name}\\??:`, 'm').test(face))).toEqual([])
  })
})
