import { describe, expect, test } from 'vitest'
import { quietMachine } from '../results/fixtures/environments.js'
import type { CaseResult, Environment, ResultDocument } from '../results/schema/schema.js'
import { compareResults } from './compare.js'
import { caseIn, sourceOf, TCP, UDP } from './fixtures/sources.js'
import type { Across, Difference } from './schema.js'

const levels = [1, 1.1, 0.9, 1.05]
const plain = { across: null, forced: false, gates: [] }

interface Change {
  client?: (client: Environment) => void
  case?: (c: CaseResult) => void
  doc?: (doc: ResultDocument) => void
}

function differences(change: Change, across: Across | null = null): Difference[] {
  const client = structuredClone(quietMachine('left'))
  change.client?.(client)
  const base = sourceOf(levels, { keys: [TCP, UDP] })
  const other = sourceOf(levels, { keys: [TCP, UDP], client })
  change.case?.(caseIn(other, TCP))
  change.doc?.(other.doc)
  const doc = compareResults(base, [other], { ...plain, across })
  return doc.comparisons[0]?.differences ?? []
}

const MEANINGLESS: Record<string, Change> = {
  path: { case: (c) => Object.assign(c, { path: 'loopback' }) },
  'wait policy': {
    case: (c) =>
      Object.assign(c.parameters, { requested: { ...c.parameters.requested, wait: 'spin' } }),
  },
  clock: {
    case: (c) => {
      for (const one of c.repetitions)
        if (one.clock.client)
          one.clock = { ...one.clock, client: { ...one.clock.client, source: 'monotonic-raw' } }
    },
  },
  'clock of the kernel (client)': {
    client: ({ clockSource }) => Object.assign(clockSource, { current: 'hpet' }),
  },
  'emulated CPU (client)': {
    client: ({ virtualisation }) => Object.assign(virtualisation, { emulatedCpu: true }),
  },
  'CPU (client)': { client: ({ cpu }) => Object.assign(cpu, { model: 'Another CPU' }) },
  'sanitizer build': {
    doc: ({ tool }) =>
      Object.assign(tool, { build: { compiler: 'gcc', flags: '', sanitizer: 'address' } }),
  },
}

const GOOD_TO_KNOW: Record<string, Change> = {
  'kernel (client)': { client: ({ kernel }) => Object.assign(kernel, { release: '9.9.9' }) },
  'governor (client)': { client: ({ cpu }) => Object.assign(cpu, { governors: ['powersave'] }) },
  'MTU (client)': {
    client: ({ network }) => network.device && Object.assign(network.device, { mtuBytes: 9000 }),
  },
  'turbo (client)': { client: ({ cpu }) => Object.assign(cpu, { turbo: !cpu.turbo }) },
  xrbench: { doc: ({ tool }) => Object.assign(tool, { version: '0.2.0' }) },
  doubts: { case: (c) => Object.assign(c, { flags: ['cpu-saturated'] }) },
  'congestion control (client)': {
    case: ({ parameters: { effective } }) => {
      if (effective.client) effective.client = { ...effective.client, congestionControl: 'vegas' }
    },
  },
  'address family (client)': {
    case: ({ parameters: { effective } }) => {
      if (effective.client) effective.client = { ...effective.client, localAddress: '2001:db8::1' }
    },
  },
  'pinned CPUs (client)': {
    case: (c) => {
      for (const { cpu } of c.repetitions) if (cpu.client) cpu.client.pinnedCpus = [5, 7]
    },
  },
  'requested warmup cap': {
    case: ({ parameters }) =>
      Object.assign(parameters, { requested: { ...parameters.requested, warmupCapNs: 5e9 } }),
  },
  'netem of the lab (client)': {
    client: (client) => Object.assign(client, { lab: { guests: 2, netem: 'delay 1ms' } }),
  },
}

describe('comparability', () => {
  test('finds nothing between results of one machine', () => {
    expect(differences({})).toEqual([])
  })

  test.each(Object.entries(MEANINGLESS))('is ended by another %s', (name, change) => {
    const found = differences(change).find((one) => one.name === name)
    expect(found?.weight).toBe('stop')
    expect(found?.base).not.toBe(found?.new)
  })

  test.each(Object.entries(GOOD_TO_KNOW).filter(([name]) => !name.startsWith('netem')))(
    'only notes another %s',
    (name, change) => {
      const found = differences(change)
      expect(found.map((one) => [one.name, one.weight])).toContainEqual([name, 'note'])
      expect(found.filter(({ weight }) => weight === 'stop')).toEqual([])
    },
  )

  test('names the cases that differ where not all do', () => {
    expect(differences(MEANINGLESS.path ?? {}).map(({ cases }) => cases)).toEqual([[TCP]])
    expect(differences(GOOD_TO_KNOW.xrbench ?? {})[0]?.cases).toBeNull()
  })

  test('takes where it was measured for no doubt', () => {
    expect(differences({ case: (c) => Object.assign(c, { flags: ['virtual-machine'] }) })).toEqual(
      [],
    )
  })

  test('says of long lists only what they do not share', () => {
    const [found] = differences({ case: (c) => Object.assign(c, { flags: ['unpinned', 'loss'] }) })
    expect(found).toMatchObject({ name: 'doubts', base: 'none', new: 'unpinned, loss' })
  })

  test('says of a text all of it, whatever commas are in it', () => {
    const [base, other] = ['delay 1ms, loss 1%', 'delay 1ms, loss 2%'].map((netem) => {
      const source = sourceOf(levels, { keys: [TCP] })
      Object.assign(source.doc.environment.client, { lab: { guests: 2, netem } })
      source.doc.environment.client.cpu.model = `Some CPU, rev. ${netem.at(-2)}`
      return source
    })
    if (!base || !other) throw new Error('two')
    const [comparison] = compareResults(base, [other], plain).comparisons
    expect(comparison?.differences).toMatchObject([
      { name: 'CPU (client)', base: 'Some CPU, rev. 1', new: 'Some CPU, rev. 2' },
      { name: 'netem of the lab (client)', base: 'delay 1ms, loss 1%', new: 'delay 1ms, loss 2%' },
    ])
  })

  test.each([
    ['CPU (client)', 'host'],
    ['kernel (client)', 'host'],
    ['xrbench', 'version'],
  ] as const)('lets %s be what is studied across %s', (name, across) => {
    const change = MEANINGLESS[name] ?? GOOD_TO_KNOW[name] ?? {}
    expect(differences(change, across).map((one) => [one.name, one.weight])).toEqual([
      [name, 'studied'],
    ])
  })

  test('holds what a TLS handshake agreed on against the other', () => {
    const withCipher = (cipher: string) => {
      const source = sourceOf(levels, { keys: [TCP] })
      const { effective } = caseIn(source, TCP).parameters
      const agreed = { protocol: 'TLS 1.3', cipher, group: 'X25519', ktls: false }
      const library = { library: 'GnuTLS', version: '3.7.9', builtWith: '3.7.9' }
      const tls = { ...agreed, ...library, ktlsProblem: null }
      if (effective.client) effective.client = { ...effective.client, tls }
      return source
    }
    const found = (cipher: string) =>
      compareResults(withCipher('AES-128-GCM'), [withCipher(cipher)], plain).comparisons[0]
        ?.differences
    expect(found('CHACHA20-POLY1305')).toMatchObject([{ name: 'cipher (client)', weight: 'note' }])
    expect(found('NULL')).toMatchObject([
      { name: 'encryption (client)', base: 'TLS', new: 'none', weight: 'stop' },
      { name: 'cipher (client)' },
    ])
  })

  test('says once what differs in the same way at both ends', () => {
    const doc = (release: string) => {
      const source = sourceOf(levels, { keys: [TCP] })
      for (const end of Object.values(source.doc.environment)) end.kernel.release = release
      return source
    }
    const { comparisons } = compareResults(doc('6.1'), [doc('6.12')], plain)
    expect(comparisons[0]?.differences).toEqual([
      { name: 'kernel', base: '6.1', new: '6.12', weight: 'note', cases: null },
    ])
  })

  test('across hosts stays ended by what would mislead on any host', () => {
    const found = differences(MEANINGLESS['emulated CPU (client)'] ?? {}, 'host')
    expect(found.map(({ weight }) => weight)).toEqual(['stop'])
  })

  test('does not hold the unknown against anything', () => {
    const change = (client: Environment) =>
      Object.assign(client.cpu, { model: null, governors: null, turbo: null })
    expect(differences({ client: change })).toEqual([])
  })
})
