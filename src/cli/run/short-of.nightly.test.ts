import { describe, expect, test } from 'vitest'
import { need } from '../../fixtures/need.js'
import { type Cgroup, cgroup } from '../fixtures/cgroup.js'
import { Cli } from '../fixtures/spawn-cli.js'

/** A machine that runs out of processes, or of memory, in the middle of things: a cgroup stands for it. */

const SHORT = ['-d', '200ms', '--warmup', '0', '-r', '1', '--json']

async function within(group: Cgroup, args: readonly string[]) {
  const cli = new Cli(args, { wrapper: group.wrapper })
  const ended = await cli.finished()
  const left = await cli.leftovers()
  group.close()
  return { ...ended, left }
}

/** One sentence, and what to do. */
function expectTold(stderr: string) {
  expect(stderr).toMatch(/^error: [^\n]+\[XRB_(?!INTERNAL)\w+\]\n(hint: [^\n]+\n)?$/)
}

describe('too few processes', () => {
  // Node.js itself has 11 threads, and says nothing of ours where it cannot have those.
  test.for([16, 20, 25, 30, 35, 40])('%i', { timeout: 120_000 }, async (most, { expect, skip }) => {
    const group = cgroup('pids', most)
    if (typeof group === 'string') return need(group, skip)
    const { code, stderr, left } = await within(group, ['run', '-t', 'tcp', ...SHORT])
    expect([0, 3, 4]).toContain(code)
    if (code !== 0) expectTold(stderr)
    expect(left).toEqual([])
  })
})

describe('too little memory', () => {
  test('for 16 streams of messages of 32 MiB', { timeout: 120_000 }, async ({ skip }) => {
    const group = cgroup('memory', 400 * 1024 ** 2)
    if (typeof group === 'string') return need(group, skip)
    const large = ['-w', 'stream', '--streams', '16', '--size', '32MiB']
    const { code, stderr, left } = await within(group, ['run', '-t', 'tcp', ...large, ...SHORT])
    expect([3, 4, 5]).toContain(code)
    expectTold(stderr)
    expect(left).toEqual([])
  })
})
