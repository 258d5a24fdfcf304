import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runCli } from '../fixtures/spawn-cli.js'

const ENABLED = '/proc/sys/net/mptcp/enabled'
/** A network of its own, in a user namespace of its own where that takes no rights (unshare(1)). */
const OWN_NETWORK = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user']), '--net']
const SWITCHED_OFF = [...OWN_NETWORK, 'sh', '-ec', `echo 0 > ${ENABLED}; exec "$@"`, 'sh']

test('Multipath TCP that this kernel has not, or that is switched off, is refused before anything starts', async ({
  skip,
}) => {
  const isInKernel = existsSync(ENABLED)
  const [unshare = '', ...args] = [...SWITCHED_OFF, 'true']
  skip(isInKernel && spawnSync(unshare, args).status !== 0, 'no network of its own can be made')
  const { code, stdout, stderr } = await runCli(
    ['run', '-t', 'tcp', '--mptcp', '-d', '20ms', '-r', '1', '--json'],
    isInKernel ? { wrapper: SWITCHED_OFF } : {},
  )
  expect(code).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'XRB_NO_MPTCP' } })
  expect(stderr).toMatch(
    isInKernel
      ? /^error: Multipath TCP is switched off here\. \[XRB_NO_MPTCP\]\nhint: sudo sysctl net\.mptcp\.enabled=1$/m
      : /^error: This kernel has no Multipath TCP\. \[XRB_NO_MPTCP\]\nhint: leave out --mptcp/m,
  )
})
