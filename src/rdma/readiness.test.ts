import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { explainNewLink } from './explain-link.js'
import { missingRight } from './rights.js'
import { findRxeModule, moduleHint } from './rxe-module.js'
import { unfitNetdev } from './soft-roce-place.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'xrbench-root-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function file(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

describe('the module rdma_rxe', () => {
  it('is not known where the kernel’s modules cannot be seen', () => {
    expect(findRxeModule(root, '6.1.0')).toBe('unknown')
  })
  it('is found among those that can be loaded', () => {
    file('lib/modules/6.1.0/modules.dep', 'kernel/drivers/infiniband/sw/rxe/rdma_rxe.ko.xz: x.ko\n')
    expect(findRxeModule(root, '6.1.0')).toBe('loadable')
  })
  it('is missing in a kernel without it', () => {
    file('lib/modules/6.1.0/modules.dep', 'kernel/drivers/net/veth.ko:\n')
    expect(findRxeModule(root, '6.1.0')).toBe('none')
  })
  it('needs no file once it is loaded', () => {
    file('sys/module/rdma_rxe/refcnt')
    expect(findRxeModule(root, '6.1.0')).toBe('loaded')
  })
  it.each([
    ['ID=ubuntu\nID_LIKE=debian', /linux-modules-extra-/],
    ['ID=debian', /linux-image-amd64/],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', /kernel-modules-extra/],
    ['ID=void', /CONFIG_RDMA_RXE/],
  ])('comes from the distribution: %j', (text, hint) => {
    file('etc/os-release', text)
    expect(moduleHint(root)).toMatch(hint)
  })
})

describe('the right to make devices', () => {
  const status = (capabilities: string) => file('proc/self/status', `CapEff:\t${capabilities}\n`)
  it('is CAP_NET_ADMIN', () => {
    status('0000000000001000')
    expect(missingRight(root)).toBeNull()
    status('0000000000000000')
    expect(missingRight(root)).toMatch(/CAP_NET_ADMIN/)
  })
  it('does not count in a user namespace of one’s own', () => {
    status('000001ffffffffff')
    file('proc/self/uid_map', '         0       1000          1\n')
    expect(missingRight(root)).toMatch(/initial user namespace/)
    file('proc/self/uid_map', '         0          0 4294967295\n')
    expect(missingRight(root)).toBeNull()
  })
})

describe('a network device', () => {
  it('of an RDMA NIC gets no second device', () => {
    file('sys/class/net/eth1/device/infiniband/mlx5_0/x')
    expect(unfitNetdev('eth1', root)?.reason).toBe('eth1 belongs to the RDMA NIC mlx5_0')
    expect(unfitNetdev('eth0', root)).toBeNull()
  })
  it('that is a VLAN cannot have one', () => {
    file('proc/net/vlan/eth0.5')
    expect(unfitNetdev('eth0.5', root)?.reason).toMatch(/VLAN/)
  })
})

const { EPERM, EEXIST, ENODEV, EINVAL, EPROTONOSUPPORT, ENOENT, EBUSY } = constants.errno
it.each([
  [EPERM, /CAP_NET_ADMIN/, /^sudo rdma link add rxe0 type rxe netdev eth0$/],
  [EEXIST, /eth0 has a SoftRoCE device already/, /rdma link show/],
  [ENODEV, /no network device eth0/, /ip link/],
  [EINVAL, /no module rdma_rxe/, /kernel|rdma_rxe/],
  [EPROTONOSUPPORT, /no RDMA/, /modprobe rdma_rxe/],
  [ENOENT, /crc32/, /modprobe crc32_generic/],
  [EBUSY, new RegExp(`errno ${EBUSY}`), /dmesg/],
])('the kernel’s refusal %i has its words and its way out', (errno, reason, hint) => {
  const explained = explainNewLink(errno, 'eth0', 'none')
  expect(explained.reason).toMatch(reason)
  expect(explained.hint).toMatch(hint)
})

it('a network device that the module does not take is no matter of the module', () => {
  expect(explainNewLink(EINVAL, 'tun0', 'loaded').reason).toBe('the kernel makes none on tun0')
})
