/** An address and a port in one word, as flags and URLs take them (RFC 3986, 3.2.2): brackets around an address of IPv6. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
