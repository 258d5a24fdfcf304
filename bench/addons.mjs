// node bench/addons.mjs OLD.node [ROUNDS [WORD…]]: this build of the addon beside another one, in turn, each run in a process of its own.
// Of each case, or of those whose names have all of the words, the ratio new ÷ old of every round, its median, least and most: of p50 for
// round trips, of messages per second for streams. `confined`: the server's process has given up what an agent's gives up, beside one that
// has not, both of this build.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const [old, rounds = '11', ...words] = process.argv.slice(2)
if (old === undefined) {
  process.stderr.write(
    'error: name another build of the addon\nhint: node bench/addons.mjs OLD/build/Release/xrbench.node\n',
  )
  process.exit(2)
}
const NEW = fileURLToPath(new URL('../build/Release/xrbench.node', import.meta.url))

/** Both ends in one process, which prints one figure. */
const SOURCE = `
  const [loader, text, confined] = process.argv.slice(1)
  const { addonFolders, loadAddon } = await import(loader)
  const { DEFAULT_SOCKET } = await import(new URL('../plan/defaults.js', loader))
  const { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } = await import(new URL('../plan/quic.js', loader))
  const { histogramOfCounts } = await import(new URL('../results/histogram/histogram.js', loader))
  const { valueAtQuantile } = await import(new URL('../results/histogram/percentiles.js', loader))
  const addon = loadAddon()
  if (confined === 'confined') addon.confine(addonFolders(process.env))
  const { workload } = JSON.parse(text)
  const spec = (role) => ({
    role, localAddress: '127.0.0.1', direction: 'up', streams: 1, warmupCapNs: 5e8, durationNs: 2e9, iterations: 0,
    intervalNs: 5e8, rateBitsPerSec: 0, verify: false, messageTimeoutNs: 1e9, idleTimeoutNs: 5e9, connectTimeoutNs: 5e9,
    cpus: [], socket: DEFAULT_SOCKET, rdma: null, tls: DEFAULT_TLS, quic: quicOptions(DEFAULT_QUIC, 'stream', workload),
    quicOpenssl: null, ...JSON.parse(text),
  })
  const [server, client] = ['server', 'client'].map((role) => new addon.Endpoint(spec(role)))
  const [forClient, forServer] = [server.open(), client.open()]
  await Promise.all([server.connect(forServer), client.connect(forClient)])
  const runs = []
  await new Promise((resolve) => runs.push(server.run(resolve), client.run(resolve)))
  server.stop()
  client.stop()
  const links = (await Promise.all(runs)).flatMap((outcome) => outcome.links)
  const initiator = links.find(({ latency }) => latency !== null)
  const { marks } = links.find(({ role }) => role === 'receiver') ?? { marks: [] }
  const seconds = ((marks.at(-1)?.timeNs ?? 0) - (marks[0]?.timeNs ?? 0)) / 1e9
  console.log(initiator ? valueAtQuantile(histogramOfCounts(initiator.latency), 2)
                        : (marks.at(-1).messages - marks[0].messages) / seconds)`

const LOADER = new URL('../dist/addon/load.js', import.meta.url).href

function figure(addon, spec, confined = '') {
  const args = ['--input-type=module', '-e', SOURCE, LOADER, JSON.stringify(spec), confined]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, XRBENCH_ADDON: addon },
  })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}

const CASES = ['udp', 'tcp', 'tls', 'quic'].flatMap((transport) => [
  { transport, workload: 'ping-pong', wait: 'spin', messageSizeBytes: 64 },
  { transport, workload: 'ping-pong', wait: 'block', messageSizeBytes: 64 },
  { transport, workload: 'stream', wait: 'block', messageSizeBytes: 64 },
  { transport, workload: 'stream', wait: 'block', messageSizeBytes: 1400 },
])

for (const spec of CASES) {
  const name = `${spec.transport} ${spec.workload} ${spec.messageSizeBytes} B ${spec.wait}`
  compare(
    name,
    () => figure(NEW, spec),
    () => figure(old, spec),
  )
  // A confined process opens no TCP connection, and here both ends are in one.
  if (['tcp', 'tls'].includes(spec.transport)) continue
  compare(
    `${name} confined`,
    () => figure(NEW, spec, 'confined'),
    () => figure(NEW, spec),
  )
}

function compare(name, one, other) {
  if (!words.every((word) => name.includes(word))) return
  const ratios = []
  for (let round = 0; round < Number(rounds); round++) {
    // A B B A: a machine that drifts favours neither.
    const first = round % 2 === 0 ? one() : undefined
    const second = other()
    ratios.push((first ?? one()) / second)
  }
  ratios.sort((a, b) => a - b)
  const [least, median, most] = [ratios[0], ratios[ratios.length >> 1], ratios.at(-1)]
  process.stdout.write(
    `${name}: ${[median, least, most].map((ratio) => ratio?.toFixed(3)).join('  ')}\n`,
  )
}
