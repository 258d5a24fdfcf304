import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { nativeTests, runNativeTests } from './fixtures/native-tests.js'

// The C++ tests, each shown as a test of its own, so that `npm test` is the only door. Where the kernel has no RDMA, those that want it
// run in the lab alone: transports/rdma.lab.test.ts.
const hasRdma = existsSync('/sys/class/infiniband')
const names = [...nativeTests({ ofRdma: false }), ...(hasRdma ? nativeTests({ ofRdma: true }) : [])]

describe('C++', () => {
  for (const name of names) {
    test(name, { timeout: 60_000 }, ({ skip }) => {
      const output = runNativeTests('--filter', name)
      const reason = /^SKIP .*\n\s+(.*)$/m.exec(output)?.[1]
      skip(reason !== undefined, reason)
      expect(output).toContain(' 0 failed')
    })
  }
})
