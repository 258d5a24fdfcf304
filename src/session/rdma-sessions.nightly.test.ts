import { testInGuest } from '../transports/fixtures/rdma-guest.js'

// Many sessions at one agent over RDMA, as many-sessions.nightly.test.ts has them over the others, and an agent killed that has made its device.
testInGuest('src/session/fixtures/rdma-sessions-suite.ts', { native: false })
