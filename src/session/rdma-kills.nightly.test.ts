import { testInGuest } from '../transports/fixtures/rdma-guest.js'

// Each process killed at each moment over RDMA, as bad-days.nightly.test.ts has it over the others.
testInGuest('src/session/fixtures/rdma-kills-suite.ts', { native: false })
