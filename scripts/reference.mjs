// Records the reference results anew and makes what is shown of them: `npm run reference`, or one step of it, as
// `npm run reference -- host`. To be run on a machine that does nothing else.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { root } from './setup/paths.mjs'

const FOLDER = 'results/reference'
const BOTH = ['--workload', 'ping-pong,stream']
/** Enough repetitions for a verdict: eight are the fewest that still can give one after correction over many rows. */
const ENOUGH = ['--repeat', '8', '--warmup', '500ms', '--interval', '100ms']

/** Each recording by its name: the heading of its report, and what is measured. */
const RECORDINGS = {
  'main-job': {
    title: 'xrbench: the main job',
    args: ['--transport', 'all', ...BOTH, '--quic-messages', 'stream,datagram'],
  },
  host: {
    title: 'xrbench: transports on one machine, over loopback',
    args: [
      ...['--transport', 'tcp,tls,udp,quic', '--size', '64,16k', '--duration', '700ms'],
      ...['--wait', 'block,spin', '--quic-null-crypto', '--no-lab', ...ENOUGH, ...BOTH],
    ],
  },
}
const STEPS = [...Object.keys(RECORDINGS), 'report']

const asked = process.argv.slice(2)
const unknown = asked.find((step) => !STEPS.includes(step))
if (unknown !== undefined) {
  process.stderr.write(`error: no step ${unknown}; there are ${STEPS.join(', ')}\n`)
  process.exit(2)
}
const steps = asked.length === 0 ? STEPS : asked

for (const [name, { args }] of Object.entries(RECORDINGS)) {
  if (steps.includes(name)) xrbench('run', ...args, '--output', `${FOLDER}/${name}.json`)
}
if (steps.includes('report')) {
  for (const [name, { title }] of Object.entries(RECORDINGS)) {
    const [result, page] = [`${FOLDER}/${name}.json`, `${FOLDER}/${name}.html`]
    if (existsSync(`${root}/${result}`)) xrbench('report', result, '-o', page, '--title', title)
  }
  picture('main-job', 'host-percentiles-1.svg', 'percentiles.svg')
  run('scripts/readme.mjs')
}

/** One chart of a result, for README.md. */
function picture(name, chart, target) {
  const folder = mkdtempSync(`${tmpdir()}/xrbench-`)
  xrbench('report', `${FOLDER}/${name}.json`, '--svg', folder)
  copyFileSync(`${folder}/${chart}`, `${root}/${FOLDER}/${target}`)
  rmSync(folder, { recursive: true })
}

function xrbench(...args) {
  run('dist/cli/main.js', ...args)
}

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
