import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { BenchError } from './bench-error.mjs'
import { ensureInstalled } from './install.mjs'
import { prepareBare } from './tools/bare.mjs'
import { prepareBareLines } from './tools/bare-lines.mjs'
import { prepareBareTls } from './tools/bare-tls.mjs'
import { prepareCertificate } from './tools/certificate.mjs'
import { prepareDownloadFile } from './tools/download-file.mjs'
import { prepareQuicGo } from './tools/quic-go.mjs'
import { prepareQuiche } from './tools/quiche.mjs'

/**
 * @typedef {import('./configurations.mjs').Configuration} Configuration
 * @typedef {import('./configurations.mjs').ToolName} ToolName
 * @typedef {import('./install.mjs').Command} Command
 */

/** @type {Partial<Record<ToolName, Command[]>>} */
const COMMANDS = {
  bare: ['gcc'],
  sockperf: ['sockperf'],
  iperf3: ['iperf3'],
  perftest: ['ib_send_lat'],
  ngtcp2: ['gtlsclient', 'gtlsserver', 'openssl'],
  openssl: ['openssl'],
}

/** Those that many machines cannot have: without one the others are compared. */
const OPTIONAL = /** @type {const} */ ({ quiche: prepareQuiche, 'quic-go': prepareQuicGo })

/**
 * Sees to it that the peers are there, built, and have what they serve.
 * @param {readonly Configuration[]} chosen
 * @param {boolean} mayInstall
 * @param {AbortSignal} signal
 * @returns {Promise<Configuration[]>} those chosen, without the tools that cannot be had here
 */
export async function prepare(chosen, mayInstall, signal) {
  const tools = new Set(chosen.flatMap((c) => c.tools))
  const bare = new Set(chosen.flatMap((c) => (c.tools.includes('bare') ? c.transport : [])))
  const isBareTls = bare.has('tls')
  const commands = [...tools].flatMap((tool) => COMMANDS[tool] ?? [])
  ensureInstalled(['taskset', ...commands, ...(isBareTls ? OPENSSL : [])], mayInstall)
  if (!existsSync('dist/cli/main.js')) {
    throw new BenchError(3, 'xrbench itself is not built.', 'npm run setup')
  }
  await mkdir('build/bench', { recursive: true })
  if (bare.has('tcp') || bare.has('udp')) await prepareBare()
  if (bare.has('shm')) await prepareBareLines()
  if (isBareTls) await prepareBareTls()
  if (isBareTls || tools.has('ngtcp2') || tools.has('openssl')) await prepareCertificate(signal)
  if (tools.has('ngtcp2') || tools.has('openssl')) await prepareDownloadFile()
  return without(chosen, await absentTools(tools, signal))
}

const OPENSSL = /** @type {const} */ (['openssl'])

/**
 * @param {ReadonlySet<ToolName>} tools
 * @param {AbortSignal} signal
 */
async function absentTools(tools, signal) {
  /** @type {Set<ToolName>} */
  const absent = new Set()
  for (const [name, prepareOne] of Object.entries(OPTIONAL)) {
    const tool = /** @type {keyof typeof OPTIONAL} */ (name)
    const problem = tools.has(tool) ? await prepareOne(signal) : null
    if (problem === null) continue
    absent.add(tool)
    process.stderr.write(`left out: ${problem}\n`)
  }
  return absent
}

/**
 * An aim that is held against an absent tool stays: it is not met.
 * @param {readonly Configuration[]} chosen
 * @param {ReadonlySet<ToolName>} absent
 * @returns {Configuration[]}
 */
export const without = (chosen, absent) =>
  chosen.map((c) => ({ ...c, tools: c.tools.filter((tool) => !absent.has(tool)) }))
