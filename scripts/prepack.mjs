// Before `npm pack`: builds, and puts the binary where the loader of an installed package looks.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { root } from './setup/paths.mjs'
import { explained, note, SetupError } from './setup/report.mjs'

/** Ubuntu 22.04's: what a packaged binary should at most ask for. */
const GLIBC_AIM = '2.35'

const { main } = await import('./setup/main.mjs')
await main([])
if (!process.exitCode) await explained(pack)

async function pack() {
  const { platformTag } = await import(`${root}/dist/addon/load.js`)
  const folder = `prebuilds/${platformTag()}`
  const binary = `${folder}/xrbench.node`
  rmSync(`${root}/prebuilds`, { recursive: true, force: true })
  mkdirSync(`${root}/${folder}`, { recursive: true })
  output('strip', ['--strip-unneeded', '-o', binary, 'build/Release/xrbench.node'])
  for (const name of ['xrbench_tls.node', 'xrbench_quic.node']) {
    const built = `build/Release/${name}`
    if (!existsSync(`${root}/${built}`)) continue
    output('strip', ['--strip-unneeded', '-o', `${folder}/${name}`, built])
  }
  const needed = newestGlibc(output('readelf', ['--version-info', '--wide', binary]))
  const kilobytes = Math.round(statSync(`${root}/${binary}`).size / 1000)
  note(`${binary}: ${kilobytes} kB, needs glibc ${needed} or newer`)
  if (compare(needed, GLIBC_AIM) > 0) {
    note(`a package for others should be made where glibc is older: the aim is ${GLIBC_AIM}`)
  }
}

function output(command, args) {
  const run = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (run.status === 0) return run.stdout
  const sentence = `${command} failed: ${run.error?.message ?? run.stderr.trim()}`
  throw new SetupError('XRB_PACK_FAILED', sentence, 'sudo apt-get install -y binutils')
}

function newestGlibc(versions) {
  const found = [...versions.matchAll(/\bGLIBC_(\d+(?:\.\d+)+)/g)].map(([, version]) => version)
  return found.sort(compare).at(-1) ?? 'any'
}

function compare(a, b) {
  return a.localeCompare(b, 'en', { numeric: true })
}
