import { testInGuest } from './fixtures/rdma-guest.js'

testInGuest('src/transports/fixtures/rdma-operations-suite.ts', { native: false })
