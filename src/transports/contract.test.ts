import { describe } from 'vitest'
import { transportContract } from './fixtures/contract.js'
import { WIRES } from './fixtures/wires.js'

// RDMA keeps the same contract in the lab: rdma.lab.test.ts.
for (const wire of WIRES) describe(wire.name, () => transportContract(wire))
