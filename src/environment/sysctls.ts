import type { MachineFiles } from './machine-files.js'

/** Kernel settings that bear on latency and throughput of sockets. */
const NAMES = [
  'kernel.nmi_watchdog',
  'kernel.numa_balancing',
  'kernel.sched_rt_runtime_us',
  'kernel.timer_migration',
  'net.core.busy_poll',
  'net.core.busy_read',
  'net.core.default_qdisc',
  'net.core.netdev_budget',
  'net.core.netdev_budget_usecs',
  'net.core.netdev_max_backlog',
  'net.core.optmem_max',
  'net.core.rmem_default',
  'net.core.rmem_max',
  'net.core.rps_sock_flow_entries',
  'net.core.wmem_default',
  'net.core.wmem_max',
  'net.ipv4.tcp_autocorking',
  'net.ipv4.tcp_available_congestion_control',
  'net.ipv4.tcp_congestion_control',
  'net.ipv4.tcp_ecn',
  'net.ipv4.tcp_limit_output_bytes',
  'net.ipv4.tcp_moderate_rcvbuf',
  'net.ipv4.tcp_mtu_probing',
  'net.ipv4.tcp_no_metrics_save',
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_sack',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_timestamps',
  'net.ipv4.tcp_window_scaling',
  'net.ipv4.tcp_wmem',
  'net.ipv4.udp_mem',
  'net.ipv4.udp_rmem_min',
  'net.ipv4.udp_wmem_min',
] as const

/** Those settings that this kernel has: /proc/sys. */
export function captureSysctls(files: MachineFiles): Record<string, string> {
  const entries = NAMES.flatMap((name): [string, string][] => {
    const value = files.text(`/proc/sys/${name.replaceAll('.', '/')}`)
    return value === null ? [] : [[name, value.replaceAll(/\s+/g, ' ')]]
  })
  return Object.fromEntries(entries)
}
