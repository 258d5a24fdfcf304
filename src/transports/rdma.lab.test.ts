import { testInGuest } from './fixtures/rdma-guest.js'

// What else carries messages than `send` is in rdma-operations.nightly.test.ts.
testInGuest('src/transports/fixtures/rdma-suite.ts', { native: true })
