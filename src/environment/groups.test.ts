import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { captureCgroup } from './cgroup.js'
import { captureCpu } from './cpu.js'
import { ethtoolFacts } from './ethtool.js'
import { machineWith } from './fixtures/machine.js'
import { captureKernel } from './kernel.js'
import { captureLimits } from './limits.js'
import { lengthOfList } from './machine-files.js'
import { captureDevice, interfaceOf, linkBitsPerSec } from './network.js'
import { captureRdma } from './rdma.js'
import { captureSysctls } from './sysctls.js'
import { captureVirtualisation } from './virtualisation.js'

const CPUS = 'sys/devices/system/cpu'

describe('kernel', () => {
  test('keeps of the command line what bears on timing, and no disk or host', () => {
    const files = machineWith({
      'proc/cmdline': 'root=UUID=7b-44 ro isolcpus=2,3 quiet mitigations=off ip=192.0.2.1 nosmt\n',
    })
    expect(captureKernel(files).commandLine).toBe('isolcpus=2,3 mitigations=off nosmt')
  })

  test.each([
    ['#1 SMP PREEMPT_RT Debian 6.1', 'rt'],
    ['#1 SMP PREEMPT Debian 6.1', 'full'],
    ['#1 SMP PREEMPT_DYNAMIC Debian 6.1', null],
    ['#1 SMP Debian 6.1', null],
  ])('of version %s has preemption %s', (version, expected) => {
    const files = machineWith({ 'proc/sys/kernel/version': `${version}\n` })
    expect(captureKernel(files).preemption).toBe(expected)
  })

  test('asks the scheduler where it may', () => {
    const files = machineWith({
      'proc/sys/kernel/version': '#1 SMP PREEMPT_DYNAMIC Debian 6.1\n',
      'sys/kernel/debug/sched/preempt': 'none (voluntary) full \n',
    })
    expect(captureKernel(files).preemption).toBe('voluntary')
  })
})

describe('cpu', () => {
  test('counts cores and sockets, and collects governors', () => {
    const topology = [0, 1, 2, 3].flatMap((cpu): [string, string][] => [
      [`${CPUS}/cpu${cpu}/topology/physical_package_id`, '0\n'],
      [`${CPUS}/cpu${cpu}/topology/core_id`, `${cpu % 2}\n`],
    ])
    const files = machineWith({
      ...Object.fromEntries(topology),
      [`${CPUS}/online`]: '0-3\n',
      [`${CPUS}/smt/active`]: '1\n',
      [`${CPUS}/cpufreq/policy0/scaling_governor`]: 'powersave\n',
      [`${CPUS}/cpufreq/policy1/scaling_governor`]: 'performance\n',
      [`${CPUS}/cpufreq/policy2/scaling_governor`]: 'powersave\n',
      [`${CPUS}/intel_pstate/no_turbo`]: '0\n',
      [`${CPUS}/nohz_full`]: '(null)\n',
      [`${CPUS}/cpu0/cpuidle/state2/name`]: 'C6\n',
      [`${CPUS}/cpu0/cpuidle/state2/disable`]: '1\n',
      [`${CPUS}/cpu0/cpuidle/state10/name`]: 'C10\n',
      [`${CPUS}/cpu0/cpuidle/state10/disable`]: '1\n',
      [`${CPUS}/cpu0/cpuidle/state1/name`]: 'C1\n',
      [`${CPUS}/cpu0/cpuidle/state1/disable`]: '0\n',
    })
    expect(captureCpu(files)).toMatchObject({
      logicalCpus: 4,
      cores: 2,
      sockets: 1,
      smtActive: true,
      governors: ['powersave', 'performance'],
      turbo: true,
      nohzFull: '',
      deepestIdleState: 'C1',
    })
  })
})

test('a kernel that cannot stop its tick has no file that says so, and no such CPU', () => {
  expect(captureCpu(machineWith({ [`${CPUS}/online`]: '0-1\n' })).nohzFull).toBe('')
  expect(captureCpu(machineWith({})).nohzFull).toBeNull()
})

describe('virtualisation', () => {
  const cpuinfo = (model: string, flags: string) =>
    `processor\t: 0\nmodel name\t: ${model}\nflags\t\t: ${flags}\n`
  const clocks = 'sys/devices/system/clocksource/clocksource0/available_clocksource'

  test('bare metal', () => {
    const files = machineWith({
      'proc/cpuinfo': cpuinfo('AMD EPYC 7713', 'fpu constant_tsc'),
      'sys/class/dmi/id/sys_vendor': 'Amazon EC2\n',
    })
    const expected = { hypervisor: false, kind: null, emulatedCpu: false, container: null }
    expect(captureVirtualisation(files, {})).toEqual(expected)
  })

  test('emulation by QEMU', () => {
    const files = machineWith({
      'proc/cpuinfo': cpuinfo('QEMU TCG CPU version 2.5+', 'hypervisor'),
    })
    const expected = { hypervisor: true, kind: 'qemu', emulatedCpu: true }
    expect(captureVirtualisation(files, {})).toMatchObject(expected)
  })

  test('KVM by its clock', () => {
    const files = machineWith({
      'proc/cpuinfo': cpuinfo('AMD EPYC', 'hypervisor'),
      [clocks]: 'tsc kvm-clock \n',
    })
    const expected = { hypervisor: true, kind: 'kvm', emulatedCpu: false }
    expect(captureVirtualisation(files, {})).toMatchObject(expected)
  })

  test('another hypervisor by its firmware, without a guess at emulation', () => {
    const files = machineWith({
      'proc/cpuinfo': cpuinfo('Intel Xeon', 'hypervisor'),
      'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
    })
    const expected = { hypervisor: true, kind: 'vmware', emulatedCpu: null }
    expect(captureVirtualisation(files, {})).toMatchObject(expected)
  })

  test('containers', () => {
    const container = (contents: Record<string, string>, variables = {}) =>
      captureVirtualisation(machineWith(contents), variables).container
    expect(container({ '.dockerenv': '' })).toBe('docker')
    expect(container({ 'run/.containerenv': '' })).toBe('podman')
    expect(container({ 'run/systemd/container': 'lxc\n' })).toBe('lxc')
    expect(container({}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toBe('kubernetes')
  })
})

describe('cgroup limits', () => {
  test('version 2: the tightest on the way up', () => {
    const files = machineWith({
      'proc/self/cgroup': '0::/user/job\n',
      'sys/fs/cgroup/user/cpu.max': '150000 100000\n',
      'sys/fs/cgroup/user/job/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/user/memory.max': 'max\n',
      'sys/fs/cgroup/user/job/memory.max': '1073741824\n',
    })
    expect(captureCgroup(files)).toEqual({ cpuQuota: 1.5, memoryLimitBytes: 2 ** 30 })
  })

  test('version 1, seen from inside a container', () => {
    const files = machineWith({
      'proc/self/cgroup': '4:memory:/docker/ab\n3:cpu,cpuacct:/docker/ab\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    })
    expect(captureCgroup(files)).toEqual({ cpuQuota: 0.5, memoryLimitBytes: null })
  })

  test('none', () => {
    const files = machineWith({
      'proc/self/cgroup': '3:cpu:/\n0::/\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    })
    expect(captureCgroup(files)).toEqual({ cpuQuota: null, memoryLimitBytes: null })
  })
})

test('limits of the process', () => {
  const files = machineWith({
    'proc/self/status': 'Name:\tnode\nCpus_allowed:\t7\nCpus_allowed_list:\t0-1,8\n',
    'proc/self/limits':
      'Max open files            1024       524288     files\nMax locked memory         unlimited  unlimited  bytes\n',
  })
  expect(captureLimits(files)).toMatchObject({
    allowedCpus: '0-1,8',
    allowedCpuCount: 3,
    openFiles: 1_024,
    lockedMemoryBytes: null,
  })
})

test.each([
  ['0', 1],
  ['0-3,8', 5],
  ['', 0],
  [null, null],
  ['3-1', null],
  ['all', null],
])('the CPU list %s has %s', (list, length) => {
  expect(lengthOfList(list)).toBe(length)
})

test('sysctls that are there, and no others', () => {
  const files = machineWith({ 'proc/sys/net/ipv4/tcp_rmem': '4096\t131072\t6291456\n' })
  expect(captureSysctls(files)).toEqual({ 'net.ipv4.tcp_rmem': '4096 131072 6291456' })
})

describe('network', () => {
  test('a physical device', () => {
    const files = machineWith({
      'sys/class/net/nic0/type': '1\n',
      'sys/class/net/nic0/mtu': '9000\n',
      'sys/class/net/nic0/speed': '-1\n',
      'sys/class/net/nic0/device': '-> sys/devices/pci0000:00/0000:41:00.0',
      'sys/devices/pci0000:00/0000:41:00.0/numa_node': '-1\n',
      'sys/devices/pci0000:00/0000:41:00.0/driver': '-> sys/bus/pci/drivers/mlx5_core',
      'sys/class/net/nic0/queues/rx-0/rps_cpus': '0\n',
      'sys/class/net/nic0/queues/rx-1/rps_cpus': '0\n',
      'sys/class/net/nic0/queues/tx-0/xps_cpus': '0\n',
    })
    expect(captureDevice(files, 'nic0')).toMatchObject({
      kind: 'physical',
      driver: 'mlx5_core',
      busAddress: '0000:41:00.0',
      mtuBytes: 9_000,
      speedMbps: null,
      numaNode: null,
      receiveQueues: 2,
      transmitQueues: 1,
      duplex: null,
    })
  })

  test('which CPUs take the interrupts of its queues, also of one on virtio', () => {
    const interrupts = {
      'proc/interrupts':
        '           CPU0       CPU1\n 41:       1612          0 PCI-MSIX-0000:00:04.0   1-edge      mlx5_comp0\n 42:          0       3237 PCI-MSIX-0000:00:04.0   2-edge      mlx5_comp1\n',
      'proc/irq/41/effective_affinity_list': '0\n',
      'proc/irq/41/smp_affinity_list': '0-1\n',
      'proc/irq/42/smp_affinity_list': '1\n',
    }
    const expected = { mlx5_comp0: '0', mlx5_comp1: '1' }
    const direct = machineWith({
      ...interrupts,
      'sys/class/net/nic0/device/msi_irqs/41': 'msix\n',
      'sys/class/net/nic0/device/msi_irqs/42': 'msix\n',
    })
    expect(captureDevice(direct, 'nic0').interruptCpus).toEqual(expected)
    const virtio = machineWith({
      ...interrupts,
      'sys/class/net/nic0/device': '-> sys/devices/pci0/0000:00:04.0/virtio2',
      'sys/bus/pci/devices/0000:00:04.0/msi_irqs/41': 'msix\n',
      'sys/bus/pci/devices/0000:00:04.0/msi_irqs/42': 'msix\n',
    })
    expect(captureDevice(virtio, 'nic0').interruptCpus).toEqual(expected)
    expect(captureDevice(machineWith({}), 'nic0').interruptCpus).toBeNull()
  })

  test('a device of software', () => {
    const files = machineWith({ 'sys/class/net/veth0/type': '1\n' })
    expect(captureDevice(files, 'veth0').kind).toBe('virtual')
  })

  test.each(['127.0.0.1', '127.1.2.3', '::ffff:127.0.0.1'])('%s is on lo', (address) => {
    expect(interfaceOf(address)).toBe('lo')
  })

  test.each([
    ['100000\n', 100e9],
    // What is down, or a device of software, does not know.
    ['-1\n', null],
    ['0\n', null],
  ])('a speed of %j', (speed, bitsPerSec) => {
    const files = machineWith({ 'sys/class/net/lo/speed': speed })
    expect(linkBitsPerSec('127.0.0.1', files)).toBe(bitsPerSec)
    expect(linkBitsPerSec('192.0.2.1', files)).toBeNull()
  })

  test('what the driver says, by the names of ethtool', () => {
    expect(ethtoolFacts('lo').offloads).toMatchObject({
      'scatter-gather': true,
      'tcp-segmentation-offload': expect.any(Boolean),
      'generic-segmentation-offload': expect.any(Boolean),
      'generic-receive-offload': expect.any(Boolean),
      'tx-udp-segmentation': expect.any(Boolean),
    })
    const unknown = { driverVersion: null, firmware: null, offloads: null, coalescing: null }
    expect(ethtoolFacts('nic0')).toEqual(unknown)
    expect(ethtoolFacts('a-name-that-is-too-long-for-a-device')).toEqual(unknown)
  })

  test('is what ethtool prints, where it is installed', ({ skip }) => {
    const printed = spawnSync('/usr/sbin/ethtool', ['-k', 'lo'], { encoding: 'utf8' })
    if (printed.status !== 0) skip('no /usr/sbin/ethtool')
    const lines = [...printed.stdout.matchAll(/^\s*([a-z0-9_-]+): (on|off)\b/gm)]
    expect(ethtoolFacts('lo').offloads).toEqual(
      Object.fromEntries(lines.map(([, name = '', state]) => [name, state === 'on'])),
    )
  })
})

test('RDMA devices of hardware and of software', () => {
  const files = machineWith({
    'sys/class/infiniband/mlx5_0': '-> sys/devices/pci0000:00/0000:41:00.0/infiniband/mlx5_0',
    'sys/devices/pci0000:00/0000:41:00.0/infiniband/mlx5_0/fw_ver': '16.35.3006\n',
    'sys/devices/pci0000:00/0000:41:00.0/infiniband/mlx5_0/ports/1/state': '4: ACTIVE\n',
    'sys/devices/pci0000:00/0000:41:00.0/infiniband/mlx5_0/ports/1/rate': '100 Gb/sec (4X EDR)\n',
    'sys/devices/pci0000:00/0000:41:00.0/infiniband/mlx5_0/ports/1/link_layer': 'Ethernet\n',
    'sys/class/infiniband/rxe0': '-> sys/devices/virtual/infiniband/rxe0',
  })
  expect(captureRdma(files)).toMatchObject([
    {
      name: 'mlx5_0',
      software: false,
      firmware: '16.35.3006',
      ports: [{ port: 1, state: 'ACTIVE', rate: '100 Gb/sec (4X EDR)', linkLayer: 'Ethernet' }],
    },
    { name: 'rxe0', software: true, firmware: null, ports: [] },
  ])
})
