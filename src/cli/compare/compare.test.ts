import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sourceOf, TCP, UDP } from '../../compare/fixtures/sources.js'
import { compareSchema } from '../../compare/schema.js'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { quietMachine, virtualMachine } from '../../results/fixtures/environments.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import { runCli } from '../fixtures/spawn-cli.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-compare-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, doc: unknown): string {
  const text = JSON.stringify(doc)
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text)
  return join(folder, name)
}

/** Percentiles that are made up have no histogram: the summary and latencies of rates alone contradict nothing. */
function rates(
  levels: readonly number[],
  keys = [TCP, UDP],
  client = quietMachine('left'),
): ResultDocument {
  const { doc } = sourceOf(levels, { keys, client })
  for (const one of doc.cases) {
    one.summary = null
    one.repetitions = one.repetitions.map((repetition) => ({ ...repetition, latency: null }))
  }
  return doc
}

const steady = [1, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995, 1.015]
const slower = steady.map((level) => level * 1.2)
const noisy = [1, 1.6, 0.7, 1.3, 0.8, 1.2, 0.9, 1.1]

describe('xrbench compare', () => {
  test('ends with 0 and the conclusion where nothing fails', async () => {
    const { code, stdout, stderr } = await runCli([
      'compare',
      put('a.json', rates(steady)),
      put('b.json.gz', rates(slower)),
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/throughput .* worse −16\.7 %/)
    expect(stdout).toMatch(/\nOf \d+ comparisons \d+ worse; no evidence in the other \d+\.\n$/)
  })

  test('writes its gates as test cases beside what it prints', async () => {
    const [files, junit] = [
      [put('a.json', rates(steady)), put('b.json', rates(slower))],
      join(folder, 'gates.xml'),
    ]
    const gate = ['--fail-on', 'throughput:-5%']
    const { code, stdout } = await runCli(['compare', ...files, ...gate, '--junit', junit])
    expect(code).toBe(7)
    expect(stdout).toMatch(/^REGRESSION/m)
    expect(readFileSync(junit, 'utf8')).toMatch(/<testsuites [^>]*failures="2"[\s\S]*<failure /)
    const ungated = await runCli(['compare', ...files, '--junit', junit])
    expect([ungated.code, ungated.stderr]).toEqual([
      2,
      expect.stringMatching(/--junit writes gates/),
    ])
  })

  test('ends with 7 on a regression, with 0 within the tolerance', async () => {
    const files = [put('a.json', rates(steady)), put('b.json', rates(slower))]
    const failed = await runCli(['compare', ...files, '--fail-on', 'throughput:-5%'])
    expect(failed.code).toBe(7)
    expect(failed.stdout).toMatch(/^REGRESSION +throughput:-5%/m)
    expect((await runCli(['compare', ...files, '--fail-on', 'throughput:-40%'])).code).toBe(0)
  })

  test('ends with 6 where a gate cannot decide, with 0 when asked to be lenient', async () => {
    const args = [
      'compare',
      put('a.json', rates(noisy)),
      put('b.json', rates(noisy.toReversed())),
      '--fail-on',
      'throughput:-5%',
    ]
    const { code, stdout } = await runCli(args)
    // It was 0: a job stayed green whatever had happened, as long as it was noisy enough.
    expect(code).toBe(6)
    expect(stdout).toMatch(/Gates: 2 inconclusive\.\n$/)
    expect((await runCli([...args, '--lenient'])).code).toBe(0)
    expect((await runCli([...args, '--strict'])).code).toBe(6)
    expect((await runCli([...args, '--strict', '--lenient'])).code).toBe(2)
  })

  test('of a run that was aborted is never green, with gates or without', async () => {
    const cut = rates(steady.slice(0, 4).map((level) => level * 30))
    cut.status = 'aborted'
    for (const one of cut.cases) one.status = 'aborted'
    const base = put('a.json', rates(steady.slice(0, 4)))
    const same = rates(steady.slice(0, 4))
    Object.assign(same, { status: 'aborted' })
    for (const one of same.cases) one.status = 'aborted'
    for (const doc of [cut, same]) {
      const args = ['compare', base, put('cut.json', doc)]
      const gated = await runCli([...args, '--fail-on', 'throughput:-5%'])
      expect(gated.code).toBe(7)
      expect(gated.stdout).toMatch(/^FAILED .*not measured to its end: of the new result/m)
      expect(gated.stdout).not.toMatch(/No evidence/)
    }
    const { code, stdout } = await runCli(['compare', base, put('cut.json', same)])
    expect(code).toBe(6)
    expect(stdout).toMatch(/\nCannot tell: 2 cases of the new result ended early/)
    expect(stdout).not.toMatch(/\nNo evidence/)
  })

  test('ends with 6 where so few repetitions can show nothing', async () => {
    const files = [put('a.json', rates([1, 1.01, 0.99])), put('b.json', rates([2, 2.01, 1.99]))]
    const { code, stdout } = await runCli(['compare', ...files])
    expect(code).toBe(6)
    expect(stdout).toMatch(/ cannot tell$/m)
    expect(stdout).toMatch(/\nCannot tell with n = 3 each: so few show no difference/)
    expect((await runCli(['compare', ...files, '--lenient'])).code).toBe(0)
  })

  test('takes several gates, by pattern', async () => {
    const args = ['compare', put('a.json', rates(steady)), put('b.json', rates(slower))]
    const gates = ['--fail-on', 'throughput@udp/*:-50%', '--fail-on', 'cpu-client@tcp/*:+50%']
    const { code, stdout } = await runCli([...args, ...gates])
    expect(code).toBe(0)
    expect(stdout.match(/^pass /gm)).toHaveLength(2)
  })

  test('stops with 3 before any number where it would mean nothing, unless forced', async () => {
    const other = rates(steady, [TCP], virtualMachine())
    Object.assign(other.environment.client.virtualisation, { emulatedCpu: true })
    const args = ['compare', put('a.json', rates(steady, [TCP])), put('b.json', other)]
    const stopped = await runCli(args)
    expect(stopped.code).toBe(3)
    expect(stopped.stdout).toMatch(/^STOPS .*emulated CPU|emulated CPU/m)
    expect(stopped.stdout).not.toMatch(/ratio/)
    expect(stopped.stderr).toMatch(
      /^error: .*emulated CPU.*\[XRB_NOT_COMPARABLE\]\nhint: .*--force/,
    )
    const forced = await runCli([...args, '--force', '--json'])
    expect(forced.code).toBe(0)
    expect(JSON.parse(forced.stdout)).toMatchObject({ forced: true })
    for (const format of [[], ['--markdown']]) {
      const { stdout } = await runCli([...args, '--force', ...format])
      expect(stdout).toMatch(/Forced: the sides differ in .*emulated CPU/)
    }
  })

  test('prints a document that its schema knows', async () => {
    const { stdout } = await runCli([
      'compare',
      put('a.json', rates(steady)),
      put('b.json', rates(slower)),
      '--json',
      '--fail-on',
      'throughput:-5%',
    ])
    expect(compareSchema.parse(JSON.parse(stdout))).toMatchObject({ gateVerdict: 'regression' })
  })

  test('adds Markdown to the summary of a CI job, and prints it when asked', async () => {
    const summary = join(folder, 'summary.md')
    writeFileSync(summary, 'before\n')
    const args = ['compare', put('a.json', rates(steady)), put('b.json', rates(slower))]
    const { stdout } = await runCli([...args, '--markdown'], {
      env: { GITHUB_STEP_SUMMARY: summary },
    })
    expect(stdout).toMatch(/^### xrbench compare: they differ/)
    expect(readFileSync(summary, 'utf8')).toBe(`before\n${stdout}`)
    const missing = await runCli(args, { env: { GITHUB_STEP_SUMMARY: '/nowhere/summary' } })
    expect(missing.code).toBe(0)
    expect(missing.stderr).toMatch(/^note: the job summary could not be written/)
  })

  test.each([
    ['one file', ['a.json'], /a base and at least one other/],
    ['a gate that is none', ['a.json', 'b.json', '--fail-on', 'p99>5%'], /XRB_BAD_GATE/],
    ['a gate on nothing', ['a.json', 'b.json', '--fail-on', 'p99@quic/*:+5%'], /concerns no case/],
    ['an unknown difference', ['a.json', 'b.json', '--across', 'hosts'], /did you mean host\?/],
    ['two formats', ['a.json', 'b.json', '--json', '--markdown'], /exclude one another/],
    ['other cases', ['a.json', 'udp.json'], /no case in common.*\n.*--across transport/],
    ['no file at all', [], /Missing required argument 'base'/],
    ['a file that is gone', ['a.json', 'gone.json'], /gone\.json does not exist/],
  ])('refuses %s with 2', async (_, args, says) => {
    put('a.json', rates(steady, [TCP]))
    put('b.json', rates(slower, [TCP]))
    put('udp.json', rates(slower, [UDP]))
    const paths = args.map((arg) => (arg.endsWith('.json') ? join(folder, arg) : arg))
    const { code, stdout, stderr } = await runCli(['compare', ...paths])
    expect({ code, isSilent: args.includes('--json') || stdout === '' }).toEqual({
      code: 2,
      isSilent: true,
    })
    expect(stderr).toMatch(says)
  })
})

describe('xrbench show, validate, export', () => {
  const doc = documentOf(mixedCases(), 2)

  test('show prints the table and the curve', async () => {
    const { code, stdout } = await runCli(['show', put('r.json.gz', doc)])
    expect(code).toBe(0)
    expect(stdout).toMatch(/full round trip/)
    expect(stdout).toMatch(/└─+\n/)
  })

  test('validate looks at all, and ends with 8 when one is wrong', async () => {
    const edited = structuredClone(doc)
    const latency = edited.cases[0]?.repetitions[0]?.latency
    if (latency) latency.percentiles.p50 = 1
    const { code, stdout } = await runCli([
      'validate',
      put('r.json', doc),
      put('edited.json', edited),
      join(folder, 'gone.json'),
    ])
    expect(code).toBe(8)
    expect(stdout).toMatch(
      /^ok .*r\.json\nFAILED .*edited\.json: .*p50 is said to be 1 ns.*\nFAILED .*gone\.json: does not exist\n$/,
    )
  })

  test('what contradicts itself is neither shown, exported nor compared', async () => {
    const edited = structuredClone(doc)
    const latency = edited.cases[0]?.repetitions[0]?.latency
    if (latency) latency.histogram = 'HISTFAAAAB'
    const path = put('edited.json', edited)
    for (const args of [
      ['show', path],
      ['export', path, '--csv'],
      ['compare', path, put('r.json', doc)],
    ]) {
      const { code, stdout, stderr } = await runCli(args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(
        /edited\.json contradicts itself: tcp.*cannot be read.*\[XRB_RESULT_FILE\]/,
      )
    }
  })

  test('export writes a file as a whole or not at all', async () => {
    const path = put('r.json', doc)
    const out = join(folder, 'out.csv')
    expect((await runCli(['export', path, '--csv', '-o', out])).code).toBe(0)
    expect(readFileSync(out, 'utf8')).toMatch(/^file,case,place,/)
    const failed = await runCli(['export', path, '--hgrm', '-o', join(folder, 'x.hgrm')])
    expect(failed.code).toBe(2)
    expect(failed.stderr).toMatch(/holds one distribution, and 2 are there/)
    expect(readdirSync(folder)).not.toContain('x.hgrm')
    expect((await runCli(['export', path, '--hgrm', '--case', 'tcp/*'])).stdout).toMatch(
      /Percentile/,
    )
    const both = structuredClone(doc)
    both.cases = both.cases.slice(0, 1).flatMap((c) => [c, { ...c, place: 'lab' }])
    const placed = ['export', put('both.json', both), '--hgrm', '--case']
    expect((await runCli([...placed, 'tcp/*'])).stderr).toMatch(/block \(host\), .*block \(lab\)/)
    expect((await runCli([...placed, 'tcp/* (lab)'])).code).toBe(0)
    expect((await runCli(['export', path])).stderr).toMatch(
      /takes one of --csv, --ndjson, --openmetrics, --influx, --hgrm, --hlog and --json/,
    )
  })

  test('--redact names no machine, in whatever is made of a result', async () => {
    const named = structuredClone(doc)
    named.environment.client.hostname = 'secret-host'
    named.environment.server.hostname = 'other-secret'
    const path = put('named.json', named)
    const out = join(folder, 'shared.json.gz')
    expect((await runCli(['export', path, '--json', '--redact', '-o', out])).code).toBe(0)
    expect((await runCli(['validate', out])).stdout).toMatch(/^ok /)
    const shared = gunzipSync(readFileSync(out)).toString()
    const made = await Promise.all([
      runCli(['show', path, '--redact']),
      runCli(['export', path, '--csv', '--redact']),
      runCli(['compare', path, put('r.json', { ...doc, id: randomUUID() }), '--redact']),
    ])
    const page = join(folder, 'page.html')
    expect((await runCli(['report', path, '--redact', '-o', page])).code).toBe(0)
    const texts = [...made.map(({ stdout }) => stdout), readFileSync(page, 'utf8')]
    for (const text of [shared, ...texts]) {
      expect(text).not.toBe('')
      expect(text).not.toMatch(/secret/)
      expect(text).not.toContain(folder)
    }
  })
})
