import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { Bench } from 'tinybench'
import { resultSchema } from '../dist/results/schema/schema.js'
import { taskLines } from './lines.mjs'

const SAMPLE = 'build/bench/sample.json'
const MANY = 100

export const title = 'Result files'

/** Parsing and validating a real result: one case as measured, and the same case a hundred times over. */
export async function run() {
  const text = measureSample()
  const one = JSON.parse(text)
  const many = { ...one, cases: Array.from({ length: MANY }, () => one.cases[0]) }
  const bench = new Bench({ time: 300 })
    .add('parse JSON, 1 case', () => JSON.parse(text))
    .add('validate, 1 case', () => resultSchema.parse(one))
    .add(`validate, ${MANY} cases`, () => resultSchema.parse(many))
  await bench.run()
  return [...taskLines(bench), `1 case is ${text.length} characters`]
}

/** Half a second of ping-pong, so that the file is what the program writes today. */
function measureSample() {
  mkdirSync('build/bench', { recursive: true })
  const command = [
    'dist/cli/main.js',
    'run',
    '--quiet',
    '--transport',
    'tcp',
    '--workload',
    'ping-pong',
  ]
  const limits = ['--repeat', '1', '--warmup', '100ms', '--duration', '500ms', '--output', SAMPLE]
  execFileSync(process.execPath, [...command, ...limits], {
    timeout: 30_000,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return readFileSync(SAMPLE, 'utf8')
}
