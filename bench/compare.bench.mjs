import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readSource } from '../dist/cli/files/read-results.js'
import { compareTwo, conclude } from '../dist/compare/compare.js'
import { Collector } from '../dist/report/digest/collect.js'
import { renderPage } from '../dist/report/page/page.js'
import { aimText } from './lines.mjs'

const FOLDER = 'build/bench/results'
const COUNTS = [100, 1000]
const AIM_SECONDS = 3

export const title = 'Comparing and reporting many results'

/** Reading, checking, and comparing or reporting files of one case with five repetitions, as the commands do it. */
export async function run() {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const text = measureSample()
  const sample = JSON.parse(text)
  for (let i = 0; i < Math.max(...COUNTS); i++) {
    writeFileSync(`${FOLDER}/${i}.json`, JSON.stringify({ ...sample, id: randomUUID() }, null, 2))
  }
  const lines = []
  for (const count of COUNTS) lines.push(await timed('compare', count, compareFiles))
  for (const count of COUNTS) lines.push(await timed('report', count, reportFiles))
  rmSync(FOLDER, { recursive: true, force: true })
  return [...lines, `a file is ${text.length} characters`]
}

/** @param {string[]} paths */
async function compareFiles(paths) {
  const base = await readSource(`${FOLDER}/sample.json`)
  const comparisons = []
  for (const path of paths) comparisons.push(compareTwo(base, await readSource(path), null))
  conclude(base, comparisons, { across: null, forced: false, gates: [] })
}

/** @param {string[]} paths */
async function reportFiles(paths) {
  const collector = new Collector()
  for (const path of paths) collector.add(await readSource(path))
  const script = readFileSync('dist/report/charts.bundle.js', 'utf8')
  writeFileSync(`${FOLDER}/report.html`, renderPage(collector.finish(), script, 'many results'))
}

/**
 * @param {string} name
 * @param {number} count
 * @param {(paths: string[]) => Promise<void>} work
 */
async function timed(name, count, work) {
  const paths = Array.from({ length: count }, (_, i) => `${FOLDER}/${i}.json`)
  const start = performance.now()
  const before = process.cpuUsage()
  await work(paths)
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  const cpu = ((user + system) / 1e6).toFixed(2)
  const megabytes = Math.round(process.memoryUsage.rss() / 2 ** 20)
  const aim = count === 1000 ? `, at most ${AIM_SECONDS} s: ${aimText(seconds <= AIM_SECONDS)}` : ''
  return `${name} of ${count} files: ${seconds.toFixed(2)} s (${cpu} s of CPU), ${megabytes} MiB resident${aim}`
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
