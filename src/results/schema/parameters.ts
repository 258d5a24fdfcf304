import { z } from 'zod'
import { MEASURE } from '../../options/measure.js'
import { QUIC } from '../../options/quic.js'
import { RDMA } from '../../options/rdma.js'
import { storedShape } from '../../options/schema.js'
import { SOCKET } from '../../options/socket.js'
import { TLS } from '../../options/tls.js'

const count = z.int().nonnegative()
const ns = z.int().nonnegative()
const cpuList = z.array(count).max(1024).readonly()

const { workload: _, repetitions: __, pin: ___, ...own } = storedShape(MEASURE)
const checked = z.boolean().describe('data checked at the receiver')
const quic = { ...storedShape(QUIC), verify: checked }

const socketOptions = z
  .object(storedShape(SOCKET))
  .describe("socket options as requested; null leaves the kernel's own")
const rdmaOptions = z
  .object({ ...storedShape(RDMA), verify: checked })
  .describe('RDMA options as requested; null: chosen by xrbench')
const tlsOptions = z
  .object(storedShape(TLS))
  .describe('TLS 1.3 options of TLS and QUIC as requested')
const quicOptions = z.object(quic).describe('QUIC options as requested')
const quicOpensslOptions = z
  .object({ streams: quic.streams, verify: quic.verify })
  .describe("options of QUIC by Node's own OpenSSL as requested")

/** As requested, after defaults; the JSON face of `CaseParameters`. */
export const parametersSchema = z
  .object({
    ...own,
    connectTimeoutNs: ns,
    pin: z.union([
      z.enum(['auto', 'none']),
      z.object({ client: cpuList, server: cpuList }).describe('CPUs named by the user'),
    ]),
    socket: socketOptions,
    rdma: rdmaOptions.nullable().default(null).describe('null: another transport'),
    tls: tlsOptions.nullable().default(null).describe('null: another transport'),
    quic: quicOptions.nullable().default(null).describe('null: another transport'),
    quicOpenssl: quicOpensslOptions.nullable().default(null).describe('null: another transport'),
  })
  .meta({ id: 'Parameters', description: 'Parameters of a case; times in nanoseconds' })
