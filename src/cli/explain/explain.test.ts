import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { METRICS } from '../../compare/metric.js'
import { EXIT_CODES } from '../../errors.js'
import { FLAGS } from '../../results/schema/flag-names.js'
import { resultJsonSchema } from '../../results/schema/json-schema.js'
import { runCli } from '../fixtures/spawn-cli.js'
import { surfaceOf } from '../manual/surface.js'
import { createProgram } from '../program.js'
import { find } from './find.js'
import { renderTopics } from './render.js'
import { allTopics } from './topics.js'

const SRC = fileURLToPath(new URL('../../', import.meta.url))

/** The command itself. */
const explain = (...names: string[]) => runCli(['explain', ...names], { env: { COLUMNS: '80' } })

const topics = allTopics(surfaceOf(createProgram()))
/** What it prints, without the errors, which the build gathers. */
const told = (name: string) => renderTopics(find(name, topics), 80)

/** Every name of a member, wherever in the schema. */
function membersOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : []
  return [...own, ...Object.values(schema).flatMap(membersOf)]
}

/** Codes of errors, as the sources have them. */
function codesOfSources(): string[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.ts$/.test(name) && !/\.test\.ts$|fixtures\//.test(name),
  )
  const text = files.map((name) => readFileSync(SRC + name, 'utf8')).join('\n')
  return [
    ...new Set([...text.matchAll(/'(XRB_[A-Z0-9_]*[A-Z0-9])'/g)].map(([, code = '']) => code)),
  ]
}

describe('xrbench explain', () => {
  test('knows every field of a result, flag, metric, exit code and error', async () => {
    const run = createProgram().commands.find((command) => command.name() === 'run')
    const flags = (run?.options ?? []).map(({ long }) => long ?? '')
    const members = membersOf(JSON.parse(resultJsonSchema()))
    const codes = codesOfSources()
    expect([flags.length > 60, members.length > 300, codes.length > 90]).toEqual([true, true, true])
    const exits = Object.values(EXIT_CODES).map(String)
    const metrics = METRICS.map(({ name }) => name)
    const asked = [...FLAGS, ...metrics, ...exits, ...flags, ...new Set(members), ...codes]
    const { code, stderr, stdout } = await explain('--', ...asked)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(
      stdout.split('\n').filter((line) => line.length > 80 && !/^ +\S+$|: +cases\S+$/.test(line)),
    ).toEqual([])
  })

  test('tells meaning, unit, how it is measured and where it is', () => {
    const stdout = told('goodput')
    expect(stdout).toMatch(/^goodputBitsPerSec: field of a result/)
    expect(stdout).toMatch(/payload bits delivered/)
    expect(stdout).toMatch(/Unit: +bits per second/)
    expect(stdout).toMatch(/In a file: cases\[\]\.repetitions\[\]\.throughput\.goodputBitsPerSec/)
  })

  test('tells of a percentile what it is, as a metric and in a file', () => {
    const stdout = told('p99.9')
    expect(stdout).toMatch(/^p99\.9: metric of a comparison/m)
    expect(stdout).toMatch(/^p999: field of a result/m)
    expect(stdout).toMatch(/one in 1,000 lies above it/)
    expect(stdout).toMatch(/Unit: +nanoseconds/)
  })

  test('tells of a flag what it takes, what it is for, and its variable', () => {
    const stdout = told('--rate')
    expect(stdout).toMatch(/^--rate <rate>: flag of the command line/)
    expect(stdout).toMatch(/Only for: +a stream/)
    expect(stdout).toMatch(/XRBENCH_RATE/)
    expect(stdout).toMatch(/parameters\.requested\.rateBitsPerSec/)
    expect(told('-s')).toMatch(/^--size <list>/)
  })

  test('tells of a flag of a row and of an error what to do', async () => {
    const { stdout } = await explain('ip-fragments', 'XRB_PIN')
    expect(stdout).toMatch(/^ip-fragments: flag of a row\n {2}messages did not fit the MTU/)
    expect(stdout).toMatch(/Do: +a smaller --size/)
    expect(stdout).toMatch(/^XRB_PIN: error\n[\s\S]*Said: +\S/m)
  })

  test('suggests the nearest name, and lists all without one', async () => {
    for (const [typed, name] of [
      ['goodputt', 'goodput'],
      ['--rato', 'rate'],
      ['cpu-saturatd', 'cpu-saturated'],
    ] as const)
      expect(() => find(typed, topics)).toThrow(
        expect.objectContaining({ code: 'XRB_USAGE', hint: `xrbench explain ${name}` }),
      )
    const near = await explain('XRB_PEER_LOSST')
    expect(near).toMatchObject({ code: 2, stdout: '' })
    expect(near.stderr).toMatch(/hint: xrbench explain XRB_PEER_LOST/)
    const { code, stdout } = await explain()
    expect(code).toBe(0)
    for (const name of ['--mptcp', 'cpu-saturated', 'p99.9', 'minNs', 'exit 7', 'XRB_PEER_LOST'])
      expect(stdout).toContain(name)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})
