import { describe, expect, test } from 'vitest'
import type { DoctorDocument } from '../../doctor/doctor.js'
import { doctor } from '../../index.js'
import { TRANSPORT_NAMES } from '../../plan/transports.js'
import { transportCapabilities } from '../../transports/capabilities.js'
import { runCli } from '../fixtures/spawn-cli.js'

const namesOf = (checks: DoctorDocument['transports']) => checks.map(({ name }) => name)

/** What each part of the document is made of, on whatever machine. */
function expectDocument(document: DoctorDocument): void {
  expect(document.schema).toBe('xrbench.doctor/1')
  expect(namesOf(document.transports)).toEqual([...TRANSPORT_NAMES])
  for (const part of ['transports', 'rdma', 'lab', 'machine'] as const) {
    for (const check of document[part]) {
      expect(Object.keys(check).sort()).toEqual(['finding', 'hint', 'name', 'state'])
      expect(['ok', 'doubt', 'no', 'unknown']).toContain(check.state)
      expect(check.finding).not.toBe('')
    }
  }
  expect(document.canMeasure).toBe(document.transports.some(({ state }) => state === 'ok'))
}

describe('doctor', () => {
  test('looks at this machine', async () => {
    const document = await doctor()
    expectDocument(document)
    expect(document.canMeasure).toBe(true)
    // What can be measured is not said to be impossible.
    for (const { transport, available } of transportCapabilities()) {
      const state = document.transports.find(({ name }) => name === transport)?.state
      if (available) expect(state).not.toBe('no')
    }
    expect(namesOf(document.rdma)).toEqual(['nic', 'software', 'soft-roce', 'lab'])
    expect(namesOf(document.machine)).toEqual(
      expect.arrayContaining(['addon', 'clock', 'cpus', 'governor', 'hypervisor', 'memlock']),
    )
  })

  test('--json prints the same document, and ends with 0 where anything can be measured', async () => {
    const { code, stdout, stderr } = await runCli(['doctor', '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const document = JSON.parse(stdout) as DoctorDocument
    expectDocument(document)
    const own = await doctor()
    expect(document.transports).toEqual(own.transports)
    expect(namesOf(document.machine)).toEqual(namesOf(own.machine))
  })

  test('for people each finding stands with its hint', async () => {
    const { code, stdout } = await runCli(['doctor'])
    expect(code).toBe(0)
    const { transports } = await doctor()
    for (const { name, finding, hint } of transports) {
      expect(stdout).toContain(finding)
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
      if (hint !== null) expect(stdout).toContain(`→ ${hint}`)
    }
    expect(stdout).toMatch(/^Next: xrbench run\n$/m)
  })

  test('where nothing can be measured it says why, and ends with 3', async () => {
    const env = { XRBENCH_ADDON: '/nonexistent/xrbench.node' }
    const { code, stdout } = await runCli(['doctor', '--json'], { env })
    expect(code).toBe(3)
    const document = JSON.parse(stdout) as DoctorDocument
    expectDocument(document)
    expect(document).toMatchObject({ canMeasure: false, rdma: [] })
    for (const { state, hint } of document.transports) {
      expect(state).toBe('no')
      expect(hint).not.toBeNull()
    }
    expect(document.transports.find(({ name }) => name === 'tcp')?.finding).toContain(
      env.XRBENCH_ADDON,
    )
    const text = await runCli(['doctor'], { env })
    expect(text.code).toBe(3)
    expect(text.stdout).toContain('Nothing can be measured here yet')
  })
})
