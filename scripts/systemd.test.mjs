import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { need } from '../src/fixtures/need.ts'
import { root } from './setup/paths.mjs'

const UNIT = `${root}/deploy/systemd/xrbench.service`

function analyze(...args) {
  return spawnSync('systemd-analyze', args, { encoding: 'utf8' })
}

const { error, stdout } = analyze('--version')
const version = Number(/^systemd (\d+)/.exec(stdout ?? '')?.[1] ?? 0)
/** `--threshold` came with 250. */
const problem = error
  ? `no systemd-analyze: ${error.message}`
  : version < 250
    ? `systemd-analyze of ${version} knows no --threshold`
    : null

it('the unit leaves little open', ({ skip }) => {
  need(problem, skip)
  const { status, stdout } = analyze('security', '--offline=true', '--threshold=20', UNIT)
  expect(stdout).toMatch(/Overall exposure level for xrbench\.service: [01]\.\d/)
  expect(status).toBe(0)
})

it('says of each lock that is left open why', () => {
  const text = readFileSync(UNIT, 'utf8')
  for (const open of ['MemoryDenyWriteExecute', 'ProcSubset', 'PrivateNetwork', 'IPAddressDeny']) {
    expect(text).toMatch(new RegExp(`^# .*${open}=`, 'm'))
    expect(text).not.toMatch(new RegExp(`^${open}=`, 'm'))
  }
})
