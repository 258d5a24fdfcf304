import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { spec } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** A process that goes away while the addon's threads are at work leaves with its own exit code, and does not hang or crash. */

const LOADER = fileURLToPath(new URL('../../dist/addon/load.js', import.meta.url))
const ENDLESS = { iterations: 0, durationNs: 600e9, idleTimeoutNs: 600e9 }

/** Runs `script` with two connected endpoints, `client` and `server`, that it can start. */
function leave(wire: (typeof WIRES)[number], script: string, changes = {}) {
  const specs = ['client', 'server'].map((role) =>
    spec(wire, role as 'client' | 'server', { ...ENDLESS, ...changes }),
  )
  const source = `
    import { Worker } from 'node:worker_threads'
    import { loadAddon } from ${JSON.stringify(LOADER)}
    const [client, server] = ${JSON.stringify(specs)}.map((spec) => new (loadAddon().Endpoint)(spec))
    const blobs = [client.open(), server.open()]
    const connect = () => Promise.all([server.connect(blobs[0]), client.connect(blobs[1])])
    const start = async () => {
      await connect()
      server.run()
      client.run()
      while (client.progress().messages === 0) await new Promise(setImmediate)
    }
    ${script}`
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-e', source],
    { encoding: 'utf8', timeout: 20_000 },
  )
  return { status, signal, stderr }
}

describe.each(WIRES)('$name', (wire) => {
  it.each(['block', 'spin'])('process.exit() in the middle of a run, %s', (wait) => {
    const left = leave(wire, 'await start(); process.exit(7)', { wait })
    expect(left).toEqual({ status: 7, signal: null, stderr: '' })
  })

  it('an exception that nobody catches', () => {
    const left = leave(wire, 'await start(); throw new Error("unforeseen")')
    expect(left).toMatchObject({ status: 1, signal: null })
    expect(left.stderr).toContain('unforeseen')
  })

  it('process.exit() while connecting', () => {
    const script = 'server.connect(blobs[0]); setImmediate(() => process.exit(8))'
    expect(leave(wire, script)).toEqual({ status: 8, signal: null, stderr: '' })
  })

  it('endpoints that are collected without having been closed', () => {
    const script = `
      for (let i = 0; i < 50; i++) new (loadAddon().Endpoint)(${JSON.stringify(spec(wire, 'server'))}).open()
      await new Promise(setImmediate)
      gc()
      await new Promise(setImmediate)
      client.close(); server.close()`
    expect(leave(wire, script)).toEqual({ status: 0, signal: null, stderr: '' })
  })

  it('running endpoints that nothing refers to any more', () => {
    const script = `
      await start()
      for (let i = 0; i < 5; i++) { gc(); await new Promise(setImmediate) }
      process.exit(9)`
    expect(leave(wire, script)).toEqual({ status: 9, signal: null, stderr: '' })
  })

  it('a worker that is terminated in the middle of a run', () => {
    const worker = `
      import { workerData, parentPort } from 'node:worker_threads'
      const { specs, loader } = workerData
      const { loadAddon } = await import(loader)
      const [client, server] = specs.map((spec) => new (loadAddon().Endpoint)(spec))
      const blobs = [client.open(), server.open()]
      await Promise.all([server.connect(blobs[0]), client.connect(blobs[1])])
      server.run()
      client.run()
      parentPort.postMessage('running')`
    const specs = [spec(wire, 'client', ENDLESS), spec(wire, 'server', ENDLESS)]
    const data = JSON.stringify({ specs, loader: LOADER })
    const script = `
      client.close(); server.close()
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true, workerData: ${data} })
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
      await worker.terminate()
      process.exitCode = 6`
    expect(leave(wire, script)).toEqual({ status: 6, signal: null, stderr: '' })
  })
})
