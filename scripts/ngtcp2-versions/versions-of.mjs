import { spawnSync } from 'node:child_process'
import { root } from '../setup/paths.mjs'
import { SetupError } from '../setup/report.mjs'

/** The ngtcp2 that a build runs with and was made with, as a result of it says. */
export function versionsOf(release) {
  const args = ['run', '--transport', 'quic', '--iterations', '10', '--warmup', '0ms']
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${root}/dist/cli/main.js`, ...args, '--repeat', '1', '--no-lab', '--json'],
    {
      ...{ encoding: 'utf8', timeout: 60_000, cwd: root, maxBuffer: 1 << 26 },
      env: { ...process.env, XRBENCH_ADDON: `${release}/xrbench.node` },
    },
  )
  if (status !== 0)
    throw new SetupError(
      'XRB_QUIC',
      `${release} measures nothing: ${stderr.trim()}`,
      'xrbench doctor',
      1,
    )
  const { version, builtWith } = JSON.parse(stdout).cases[0].parameters.effective.client.quic
  return { version, builtWith }
}
