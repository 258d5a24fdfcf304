import { LAB_TAG } from './init-script.js'
import { PORTS } from './ports.js'
import { guestAddress } from './wire.js'

export type Accelerator = 'kvm' | 'tcg'

/** A folder of the host that the guest can write, under the same path. */
export interface Share {
  tag: string
  folder: string
}

interface MachineOptions {
  accelerator: Accelerator
  kernel: string
  initramfs: string
  /** Added to the kernel's command line. */
  append: readonly string[]
  memoryMiB: number
  cpus: number
}

export interface GuestMachineOptions extends MachineOptions {
  guest: number
  /** Folder with the lab's own files for this guest. */
  labFolder: string
  shares: readonly Share[]
  /** Sockets of the wire, own and other end; `null`: no wire. */
  wire: { local: string; remote: string } | null
}

/** Descriptors that QEMU inherits: the console, the terminal, and one for each port. */
export const CONSOLE_FD = 3
export const TERMINAL_FD = 4
export function portFd(port: number): number {
  return TERMINAL_FD + port
}
export const INHERITED_FDS = 2 + PORTS.length

/** A machine with nothing but a console. */
export function machineArguments(options: MachineOptions): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-machine', 'q35,usb=off,vmport=off'],
    // It comes with QEMU and is up two seconds sooner than SeaBIOS under emulation.
    ...['-bios', 'qboot.rom'],
    ...acceleration(options.accelerator),
    ...['-smp', String(options.cpus), '-m', String(options.memoryMiB)],
    ...['-kernel', options.kernel, '-initrd', options.initramfs],
    ...['-append', [...KERNEL_OPTIONS, ...options.append].join(' ')],
    ...['-chardev', `socket,id=console,fd=${CONSOLE_FD}`, '-serial', 'chardev:console'],
  ]
}

/** One that shares this machine's files, runs commands, and may be on a wire. */
export function guestArguments(options: GuestMachineOptions): string[] {
  return [
    ...machineArguments(options),
    // What several file systems of the host hold under one number is told apart.
    ...share({ tag: 'host', folder: '/' }, 'readonly=on,multidevs=remap'),
    ...share({ tag: LAB_TAG, folder: options.labFolder }),
    ...options.shares.flatMap((one) => share(one)),
    ...['-device', 'virtio-serial-pci,max_ports=31'],
    ...['-chardev', `socket,id=terminal,fd=${TERMINAL_FD}`],
    ...['-device', 'virtconsole,chardev=terminal,nr=0'],
    ...PORTS.flatMap((port) => [
      ...['-chardev', `socket,id=port${port},fd=${portFd(port)}`],
      ...['-device', `virtserialport,chardev=port${port},nr=${port}`],
    ]),
    ...wire(options),
  ]
}

const KERNEL_OPTIONS = [
  ...['console=ttyS0', 'loglevel=4', 'panic=-1', 'mitigations=off'],
  // Hardware that is not there is not waited for.
  ...['tsc=reliable', 'no_timer_check', 'random.trust_cpu=on', 'net.ifnames=0'],
]

/**
 * Emulated `rep movsb` is slow: without `erms` and `fsrm` copies are unrolled moves, and TCP is three times as fast. With `pku` Node.js
 * has protection keys of its own; the kernel changes them at each switch to another task and back, and each change drops the emulated
 * TLB (QEMU's `helper_wrpkru`): what waits for a kernel thread took three times as long.
 */
function acceleration(accelerator: Accelerator): string[] {
  if (accelerator === 'kvm') return ['-accel', 'kvm', '-cpu', 'host']
  return ['-accel', 'tcg,thread=multi', '-cpu', 'max,-erms,-fsrm,-pku']
}

function share({ tag, folder }: Share, more?: string): string[] {
  const path = folder.replaceAll(',', ',,')
  const options = `local,path=${path},mount_tag=${tag},security_model=none`
  return ['-virtfs', more === undefined ? options : `${options},${more}`]
}

function wire({ guest, wire: sockets }: GuestMachineOptions): string[] {
  if (sockets === null) return ['-nic', 'none']
  const local = `local.type=unix,local.path=${sockets.local}`
  const remote = `remote.type=unix,remote.path=${sockets.remote}`
  const { mac } = guestAddress(guest)
  return [
    ...['-netdev', `dgram,id=wire,${local},${remote}`],
    ...['-device', `virtio-net-pci,netdev=wire,mac=${mac},romfile=`],
  ]
}
