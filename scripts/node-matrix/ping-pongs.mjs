import { spawnSync } from 'node:child_process'
import { root } from '../setup/paths.mjs'

const ROUND_TRIPS = 500
const LIMIT_MS = 60_000
const CLI = `${root}/dist/cli/main.js`

/** Of the lines that are tested, the first whose OpenSSL has QUIC. */
const FIRST_WITH_QUIC = 22

/** One row for each transport, as the command line measures and tells it. */
export function pingPongs(node) {
  const [version, openssl] = run(node, ['-p', 'process.version + " " + process.versions.openssl'])
    .stdout.trim()
    .split(' ')
  const row = { version, openssl, what: '', p50Us: null, note: '', problem: null }
  const doctor = run(node, [CLI, 'doctor', '--json'])
  if (doctor.status !== 0) return [{ ...row, what: 'doctor', problem: lastLine(doctor) }]
  const known = JSON.parse(doctor.stdout).transports.filter(({ name }) => name !== 'rdma')
  const can = known.filter(({ state }) => state === 'ok').map(({ name }) => name)
  const absent = known
    .filter(({ name }) => !can.includes(name))
    .map(({ name, finding }) => ({
      ...row,
      what: name,
      note: finding,
      problem: isOwed(name, version) ? finding : null,
    }))
  return [...measured(node, can, row), ...absent]
}

/** Whether a transport has to be there: what needs no library, and what this Node.js itself has. */
function isOwed(transport, version) {
  if (transport === 'quic:openssl') return Number.parseInt(version.slice(1), 10) >= FIRST_WITH_QUIC
  return transport === 'tcp' || transport === 'udp'
}

function measured(node, transports, row) {
  const hasDatagrams = transports.includes('quic')
  const args = [
    ...['run', '--transport', transports.join(','), '--workload', 'ping-pong', '--wait', 'block'],
    ...['--iterations', ROUND_TRIPS, '--warmup', '0ms', '--repeat', '1', '--no-lab', '--json'],
    ...(hasDatagrams ? ['--quic-messages', 'stream,datagram'] : []),
  ]
  const ran = run(node, [CLI, ...args.map(String)])
  if (ran.status !== 0) return [{ ...row, what: transports.join(), problem: lastLine(ran) }]
  return JSON.parse(ran.stdout).cases.map((one) => {
    const [repetition] = one.repetitions
    const latency = repetition?.latency
    const messages = one.transport === 'quic' ? ` ${one.parameters.requested.quic.messages}` : ''
    const { quic } = one.parameters.effective.client ?? {}
    return {
      ...row,
      what: `${one.transport}${messages}`,
      p50Us: latency?.percentiles ? (latency.percentiles.p50 ?? 0) / 1000 : null,
      note: quic ? `${quic.library} ${quic.version}` : '',
      problem: problemOf(one, latency),
    }
  })
}

function problemOf({ repetitions }, latency) {
  const [repetition] = repetitions
  if (repetition?.status !== 'completed') return repetition?.failure?.message ?? 'not completed'
  const lost = repetition.loss?.lost ?? 0
  if (latency.count + lost !== ROUND_TRIPS) return `${latency.count} of ${ROUND_TRIPS} round trips`
  return null
}

function run(node, args) {
  const env = { ...process.env, NO_COLOR: '1', XRBENCH_ADDON: '' }
  return spawnSync(node, args, { encoding: 'utf8', timeout: LIMIT_MS, cwd: root, env })
}

function lastLine({ stderr, signal, status, error }) {
  const text = stderr?.trim().split('\n').slice(-2).join(' ')
  return text || (error?.message ?? `ended by ${signal ?? `exit code ${status}`}`)
}
