import { z } from 'zod'

export const labSchema = z
  .object({
    accelerator: z.enum(['kvm', 'tcg']).describe('tcg: the CPU is emulated'),
    reason: z.string().describe('why this one'),
    guests: z.int().positive().describe('2 are joined by a virtual wire'),
    kernel: z.string().describe('version of the guests’ kernel'),
    netem: z.string().nullable().describe('words of tc-netem that shape the wire at each guest'),
  })
  .meta({ id: 'Lab', description: 'The virtual machines of the cases at the place lab' })

const step = z.enum(['nic', 'software', 'soft-roce', 'lab'])

export const rdmaDeviceSchema = z
  .object({
    step: step.nullable().describe('the step that was taken; null = none was possible'),
    attempts: z
      .array(
        z.object({ step, taken: z.boolean(), sentence: z.string(), hint: z.string().nullable() }),
      )
      .describe('the steps in their order, up to the one that was taken'),
    device: z.string().nullable(),
    port: z.int().nullable(),
    gidIndex: z.int().nullable(),
    address: z.string().nullable(),
  })
  .meta({ id: 'RdmaDeviceChoice', description: 'The way to an RDMA device on this machine' })

export type LabFacts = z.infer<typeof labSchema>
export type RdmaDeviceChoice = z.infer<typeof rdmaDeviceSchema>
