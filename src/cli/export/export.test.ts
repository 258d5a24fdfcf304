import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentOf } from '../../results/fixtures/documents.js'
import { recordRaw } from '../../results/fixtures/histograms.js'
import { caseOf, pingPongReport } from '../../results/fixtures/reports.js'
import { runCli } from '../fixtures/spawn-cli.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-export-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lag = recordRaw(Array.from({ length: 2_000 }, (_, i) => 1_000 + i))
const c = caseOf('tcp', 'ping-pong')

function put(name: string, histograms?: { lag: typeof lag }): string {
  const path = join(folder, name)
  const link = histograms === undefined ? {} : { histograms }
  const report = pingPongReport({ rounds: 4_000, bodyNs: 9_000, link })
  writeFileSync(path, JSON.stringify(documentOf([{ case: c, report }], 2)))
  return path
}

describe('xrbench export --histogram', () => {
  test('prints the distribution of what is timed besides the latency', async () => {
    const path = put('lag.json', { lag })
    const { code, stdout } = await runCli(['export', path, '--hgrm', '--histogram', 'lag'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/#\[Max +=.*Total count +=\s+4000\]/)
    expect((await runCli(['export', path, '--hgrm'])).stdout).toMatch(/Total count +=\s+8000\]/)
  })

  test('names what there is where nothing has the name', async () => {
    const asked = ['--hgrm', '--histogram', 'service']
    const named = await runCli(['export', put('lag.json', { lag }), ...asked])
    expect(named).toMatchObject({ code: 2, stdout: '' })
    expect(named.stderr).toMatch(
      /nothing is named 'service'.*\[XRB_NO_CASE\][\s\S]*--histogram lag/,
    )
    const alone = await runCli(['export', put('latency.json'), ...asked])
    expect(alone.stderr).toMatch(/have timed their latency alone/)
  })

  test('is refused beside the formats that hold everything', async () => {
    const path = put('lag.json', { lag })
    for (const format of ['--csv', '--hlog', '--json']) {
      const { code, stderr } = await runCli(['export', path, format, '--histogram', 'lag'])
      expect(code).toBe(2)
      expect(stderr).toMatch(/--histogram chooses what --hgrm holds/)
    }
  })
})

describe('xrbench export of all cases', () => {
  const other = caseOf('udp', 'ping-pong')
  const report = pingPongReport({ rounds: 4_000, bodyNs: 9_000 })
  const several = () => {
    const path = join(folder, 'several.json')
    const cases = [c, other].map((one) => ({ case: one, report }))
    writeFileSync(path, JSON.stringify(documentOf(cases, 2)))
    return path
  }

  test('writes a file of each into a folder', async () => {
    const path = several()
    for (const format of ['hgrm', 'hlog']) {
      const into = join(folder, format)
      const { code, stdout } = await runCli(['export', path, `--${format}`, '-o', `${into}/`])
      expect(code).toBe(0)
      const names = readdirSync(into)
      expect(names).toEqual([c, other].map(({ key }) => `${key.replaceAll('/', '-')}.${format}`))
      expect(stdout).toBe(names.map((name) => `${join(into, name)}\n`).join(''))
      for (const name of names)
        expect(readFileSync(join(into, name), 'utf8')).toMatch(
          format === 'hgrm' ? /Total count +=\s+8000\]/ : /^\d+\.\d{3},.*HIST/m,
        )
    }
  })

  test('says how, where one file cannot hold them', async () => {
    const { code, stderr } = await runCli(['export', several(), '--hgrm'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/hint: -o FOLDER\/ for a file of each/)
  })

  test('has the time series of values alone', async () => {
    const path = several()
    expect((await runCli(['export', path, '--csv', '--series'])).stdout).toMatch(
      /^file,.*interval_ns/,
    )
    const { code, stderr } = await runCli(['export', path, '--hgrm', '--series'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--series is of --csv, --ndjson, --openmetrics, --influx\./)
  })
})
