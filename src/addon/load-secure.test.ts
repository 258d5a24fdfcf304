import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { EXIT_CODES } from '../errors.js'
import { spec } from '../transports/fixtures/pair.js'
import { WIRES } from '../transports/fixtures/wires.js'
import { loadAddon } from './load.js'
import { loadSecure, withSecure } from './load-secure.js'

const folder = mkdtempSync(join(tmpdir(), 'xrbench-load-secure-'))
afterAll(() => rmSync(folder, { recursive: true }))

const refusal = (reason: RegExp) =>
  expect.objectContaining({
    code: 'XRB_TRANSPORT_UNAVAILABLE',
    exitCode: EXIT_CODES.environment,
    message: expect.stringMatching(reason),
    hint: expect.stringMatching(/^sudo apt-get install .*libngtcp2-dev/),
  })

test('without the second file the reason and the line that installs what it takes are told', () => {
  const core = join(folder, 'xrbench.node')
  expect(() => loadSecure(core, 'quic')).toThrowError(refusal(/not in this build/))
})

test('where it does not load, as without its libraries, the reason is that of the loader', () => {
  writeFileSync(join(folder, 'xrbench_quic.node'), 'not a shared object')
  expect(() => loadSecure(join(folder, 'xrbench.node'), 'quic')).toThrowError(
    refusal(/cannot be loaded/),
  )
})

test('nothing else suffers', () => {
  const addon = withSecure(loadAddon(), (transport) =>
    loadSecure(join(folder, 'xrbench.node'), transport),
  )
  const [wire] = WIRES.filter(({ transport }) => transport === 'tcp')
  if (wire === undefined) throw new Error('no TCP')
  expect(() => new addon.Endpoint(spec(wire, 'server', { transport: 'quic' }))).toThrowError(
    expect.objectContaining({ code: 'UNSUPPORTED', errno: 0 }),
  )
  new addon.Endpoint(spec(wire, 'server')).close()
})
