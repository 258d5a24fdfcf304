import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readSource } from '../dist/cli/read-results.js'
import { compareTwo, conclude } from '../dist/compare/compare.js'
import { aimText } from './lines.mjs'

const FOLDER = 'build/bench/results'
const COUNTS = [100, 1000]
const AIM_SECONDS = 3

export const title = 'Comparing many results'

/** Reading, checking and comparing files of one case with five repetitions, as the command does it. */
export async function run() {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const text = measureSample()
  const sample = JSON.parse(text)
  for (let i = 0; i < Math.max(...COUNTS); i++) {
    writeFileSync(`${FOLDER}/${i}.json`, JSON.stringify({ ...sample, id: randomUUID() }, null, 2))
  }
  const lines = []
  for (const count of COUNTS) lines.push(await compareFiles(count))
  rmSync(FOLDER, { recursive: true, force: true })
  return [...lines, `a file is ${text.length} characters`]
}

/** @param {number} count */
async function compareFiles(count) {
  const start = performance.now()
  const before = process.cpuUsage()
  const base = await readSource(`${FOLDER}/sample.json`)
  const comparisons = []
  for (let i = 0; i < count; i++) {
    const other = await readSource(`${FOLDER}/${i}.json`)
    comparisons.push(compareTwo(base, other, null))
  }
  conclude(base, comparisons, { across: null, forced: false, gates: [] })
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  const cpu = ((user + system) / 1e6).toFixed(2)
  const megabytes = Math.round(process.memoryUsage.rss() / 2 ** 20)
  const aim = count === 1000 ? `, at most ${AIM_SECONDS} s: ${aimText(seconds <= AIM_SECONDS)}` : ''
  return `${count} files: ${seconds.toFixed(2)} s (${cpu} s of CPU), ${megabytes} MiB resident${aim}`
}

function measureSample() {
  const what = ['run', '--quiet', '--transport', 'tcp', '--workload', 'ping-pong', '--repeat', '5']
  const limits = ['--warmup', '50ms', '--duration', '200ms', '--output', `${FOLDER}/sample.json`]
  execFileSync(process.execPath, ['dist/cli/main.js', ...what, ...limits], {
    timeout: 60_000,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return readFileSync(`${FOLDER}/sample.json`, 'utf8')
}
