import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TlsOptions } from '../addon/addon.js'
import { DEFAULT_TLS } from '../plan/quic.js'
import { connectedPair, measure } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** kTLS as this kernel has it or not; the lab's kernel has it: kernel-tls.lab.test.ts. */

const ULPS = '/proc/sys/net/ipv4/tcp_available_ulp'
const isThere = readFileSync(ULPS, 'utf8').split(/\s+/).includes('tls')
const tls = (kernel: TlsOptions['kernel']) => ({ tls: { ...DEFAULT_TLS, kernel } })

describe.each(WIRES.filter(({ transport }) => transport === 'tls'))('$name', (wire) => {
  it('is not used unless it is asked for', async () => {
    const { client } = await measure(wire, tls('off'))
    expect(client.effective.tls).toMatchObject({ ktls: false, ktlsProblem: null })
  })

  it('is used where the kernel has it, and else it says why not', async () => {
    const { client, server } = await measure(wire, tls('auto'))
    for (const { status, effective } of [client, server]) {
      expect(status).not.toBe('failed')
      expect(effective.tls).toMatchObject(
        effective.tls?.ktls
          ? { ktlsProblem: null }
          : { ktls: false, ktlsProblem: expect.stringMatching(/^TCP_ULP|^TLS_RX/) },
      )
    }
  })

  it.skipIf(isThere)(
    'a kernel without it is refused where it has to be there',
    { meta: { skipReason: 'this kernel has kTLS' } },
    async () => {
      await expect(connectedPair(wire, tls('on'))).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        op: 'kTLS',
        message: expect.stringContaining('TCP_ULP'),
      })
    },
  )
})
