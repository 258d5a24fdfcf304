import { expect, it } from 'vitest'
import type { RdmaPort } from '../addon/addon.js'
import { findPort, type PortWish, whyNone } from './port-search.js'

const PORT: RdmaPort = {
  device: 'mlx5_0',
  port: 1,
  state: 'active',
  stateWithReason: 'active',
  netdev: 'eth0',
  linkLayer: 'Ethernet',
  activeMtuBytes: 4096,
  maxMessageBytes: 2 ** 30,
  lid: 0,
  driver: 'mlx5_core',
  firmware: '1',
  nodeGuid: '0',
  software: false,
  // Sparse, version 1 before version 2, as a NIC with a VLAN shows it.
  gids: [
    { index: 0, gid: 'fe80::1', type: 'RoCEv1', netdev: 'eth0' },
    { index: 1, gid: 'fe80::1', type: 'RoCEv2', netdev: 'eth0' },
    { index: 2, gid: '::ffff:192.0.2.1', type: 'RoCEv1', netdev: 'eth0' },
    { index: 3, gid: '::ffff:192.0.2.1', type: 'RoCEv2', netdev: 'eth0' },
    { index: 9, gid: '2001:db8::1', type: 'RoCEv2', netdev: 'eth0.5' },
  ],
}
const DOWN = { ...PORT, state: 'down', stateWithReason: 'down (eth0 has no carrier)' }
const WISH: PortWish = { device: null, port: null, gidIndex: null, family: 0, source: null }

it.each([
  ['any address, IPv4 before IPv6', {}, 3, '192.0.2.1'],
  ['IPv6', { family: 6 }, 9, '2001:db8::1'],
  ['the source of the route', { source: '2001:db8::1' }, 9, '2001:db8::1'],
  ['a link-local source', { source: 'fe80::1%eth0' }, 1, 'fe80::1%eth0'],
  ['the index asked for', { gidIndex: 2 }, 2, '192.0.2.1'],
] as const)('finds the GID for %s', (_, wish, gidIndex, address) => {
  expect(findPort([PORT], { ...WISH, ...wish })).toMatchObject({ gidIndex, address })
})

it('takes the next port where the first is down', () => {
  const down = { ...PORT, device: 'mlx5_1', state: 'down' }
  expect(findPort([down, PORT], WISH)).toMatchObject({ device: 'mlx5_0' })
})

it.each([
  ['a port that is down', DOWN, {}, 'mlx5_0 port 1 is down (eth0 has no carrier)'],
  ['another source', PORT, { source: '192.0.2.7' }, 'mlx5_0 has no RoCE v2 GID for 192.0.2.7'],
  ['the same source on another wire', PORT, { source: 'fe80::1%eth1' }, 'for fe80::1%eth1'],
  ['no such index', PORT, { gidIndex: 4 }, 'mlx5_0 has no GID with index 4'],
  ['link-local only', { ...PORT, gids: PORT.gids.slice(0, 2) }, {}, 'for an IP address'],
  ['another name', PORT, { device: 'mlx5_7' }, ''],
] as const)('refuses %s and says why', (_, port, wish, why) => {
  expect(findPort([port], { ...WISH, ...wish })).toBeNull()
  expect(whyNone([port], { ...WISH, ...wish })).toContain(why)
})

it('iWARP needs no RoCE GID, but its name when there is a peer', () => {
  const gids = [{ index: 0, gid: '5254:ff:fe77::', type: 'InfiniBand', netdev: 'eth0' }]
  const iwarp = { ...PORT, device: 'siw0', driver: 'siw', gids }
  expect(findPort([iwarp], WISH)).toMatchObject({ device: 'siw0', gidIndex: null })
  const peer = { ...WISH, source: '192.0.2.1' }
  expect(findPort([iwarp], peer)).toBeNull()
  expect(findPort([iwarp], { ...peer, device: 'siw0' })).toMatchObject({ address: '192.0.2.1' })
})

it('InfiniBand needs no GID, but its name when there is a peer', () => {
  const infiniband = { ...PORT, linkLayer: 'InfiniBand', gids: [] }
  expect(findPort([infiniband], WISH)).toMatchObject({ gidIndex: null, address: null })
  expect(findPort([infiniband], { ...WISH, source: '192.0.2.1' })).toBeNull()
  const named = { ...WISH, source: '192.0.2.1', device: 'mlx5_0' }
  expect(findPort([infiniband], named)).toMatchObject({ address: '192.0.2.1' })
})
