import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

// The C++ tests, each shown as a test of its own, so that `npm test` is the only door.
const program = fileURLToPath(new URL('../../build/Release/xrbench_native_test', import.meta.url))
const names = execFileSync(program, ['--list'], { encoding: 'utf8' }).trim().split('\n')
// Where there is no RDMA device, those that want one run in the lab alone: transports/rdma.lab.test.ts.
const hasDevice = existsSync('/sys/class/infiniband')

describe('C++', () => {
  for (const name of names) {
    if (!hasDevice && name.startsWith('rdma device: ')) continue
    test(name, { timeout: 60_000 }, ({ skip }) => {
      const output = execFileSync(program, ['--filter', name], { encoding: 'utf8' })
      const reason = /^SKIP .*\n\s+(.*)$/m.exec(output)?.[1]
      skip(reason !== undefined, reason)
      expect(output).toContain(' 0 failed')
    })
  }
})
