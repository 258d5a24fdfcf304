// The bare TLS loop: what TLS 1.3 by GnuTLS costs on this machine over TCP when nothing but the library and the socket calls stand in the
// way. It is the floor that xrbench's `tls` is held against, so it is told what xrbench is told, and uses nothing that xrbench does not:
//   - AES-128-GCM, X25519 or P-256, no tickets; the handshake is over before anything is measured;
//   - a message up to 16 KiB is one record, one send and one recv; GnuTLS reads from a buffer of 128 KiB that one recv fills;
//   - spin = recv(MSG_DONTWAIT) again at once, block = a recv that sleeps in the kernel; TCP_NODELAY on, kernel buffers as they are by default;
//   - ping-pong: CLOCK_MONOTONIC_RAW twice per round trip, samples in an array touched before the loop, sorted after it;
//   - stream: the client sends messages without end, the server counts what it received between the end of the warm-up and that of the duration.
// It knows its peer by nothing, has no timeout, no histogram and no stop flag: that is what "bare" means. alarm(2) ends what hangs.
//
//   tls server --workload ping-pong --wait spin --size 64 [--cpu 0] --certificate F --key F --warmup 1 --duration 2
//              prints {"port":N}, serves one client, prints {"bytes":N,"durationNs":N} of a stream, ends
//   tls client --workload ping-pong --wait spin --size 64 [--cpu 1] --port N --warmup 1 --duration 2
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_SECONDS = 10, MAX_SAMPLES = 4 << 20, INPUT_BYTES = 128 << 10, MAX_MESSAGE_BYTES = 64 << 20 };

static const char PRIORITY[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1";

struct options {
  bool server, stream, spin;
  size_t size_bytes;
  int cpu, port;
  double warmup_seconds, duration_seconds;
  const char *certificate, *key;
};

struct connection {
  gnutls_session_t session;
  int fd, receive_flags;
  size_t from, to;
  char input[INPUT_BYTES];
};

_Noreturn static void die(const char* what) {
  fprintf(stderr, "tls: %s: %s\n", what, errno ? strerror(errno) : "bad argument");
  exit(1);
}

static void check(const char* what, int result) {
  if (result >= 0) return;
  fprintf(stderr, "tls: %s: %s\n", what, gnutls_strerror(result));
  exit(1);
}

static inline uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_RAW, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void* data, size_t length) {
  struct connection* c = pointer;
  return send(c->fd, data, length, MSG_NOSIGNAL);
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void* into, size_t length) {
  struct connection* c = pointer;
  if (c->from == c->to) {
    ssize_t got;
    do got = recv(c->fd, c->input, sizeof c->input, c->receive_flags);
    while (got < 0 && (errno == EAGAIN || errno == EINTR));
    if (got <= 0) return got;
    c->from = 0;
    c->to = (size_t)got;
  }
  const size_t have = c->to - c->from < length ? c->to - c->from : length;
  memcpy(into, c->input + c->from, have);
  c->from += have;
  return (ssize_t)have;
}

static inline void send_message(struct connection* c, const char* message, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = gnutls_record_send(c->session, message + done, size - done);
    if (n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_AGAIN) continue;
    check("gnutls_record_send", (int)n);
    done += (size_t)n;
  }
}

// 0 when the peer has ended.
static inline size_t receive_some(struct connection* c, char* into, size_t room) {
  for (;;) {
    const ssize_t n = gnutls_record_recv(c->session, into, room);
    if (n > 0) return (size_t)n;
    if (n == 0 || n == GNUTLS_E_PREMATURE_TERMINATION) return 0;
    if (gnutls_error_is_fatal((int)n)) check("gnutls_record_recv", (int)n);
  }
}

static inline bool receive_message(struct connection* c, char* message, size_t size) {
  for (size_t done = 0; done < size;) {
    const size_t n = receive_some(c, message + done, size - done);
    if (n == 0) return false;
    done += n;
  }
  return true;
}

// 4 bytes each, so that storing them disturbs the caches least; 4.29 s is the ceiling.
static uint32_t samples[MAX_SAMPLES];

static size_t measure(struct connection* c, char* message, size_t size, double seconds) {
  const uint64_t start = now_ns(), limit = (uint64_t)(seconds * 1e9);
  size_t count = 0;
  for (uint64_t received = start; count < MAX_SAMPLES && received - start < limit; count++) {
    const uint64_t sent = now_ns();
    send_message(c, message, size);
    if (!receive_message(c, message, size)) die("the server went away");
    received = now_ns();
    const uint64_t elapsed = received - sent;
    samples[count] = elapsed < UINT32_MAX ? (uint32_t)elapsed : UINT32_MAX;
  }
  return count;
}

static int compare_ns(const void* a, const void* b) {
  const uint32_t x = *(const uint32_t*)a, y = *(const uint32_t*)b;
  return (x > y) - (x < y);
}

// The smallest sample that at least `per_mille` thousandths of all samples do not exceed (nearest rank, no interpolation).
static uint32_t percentile(size_t count, size_t per_mille) {
  const size_t rank = (count * per_mille + 999) / 1000;
  return samples[rank == 0 ? 0 : rank - 1];
}

static void ping_pong(struct connection* c, const struct options* o, char* message) {
  memset(samples, 0xff, sizeof samples);  // no page fault inside the loop
  measure(c, message, o->size_bytes, o->warmup_seconds);
  const size_t count = measure(c, message, o->size_bytes, o->duration_seconds);
  if (count == 0) die("no samples");
  qsort(samples, count, sizeof *samples, compare_ns);
  printf("{\"count\":%zu,\"p50Ns\":%u,\"p99Ns\":%u,\"p999Ns\":%u,\"maxNs\":%u}\n", count, percentile(count, 500),
         percentile(count, 990), percentile(count, 999), samples[count - 1]);
}

// Goes on until the server, which measures, goes away: then a send fails, and that is the end of this process.
static void send_stream(struct connection* c, const struct options* o, const char* message) {
  for (;;) {
    size_t done = 0;
    while (done < o->size_bytes) {
      const ssize_t n = gnutls_record_send(c->session, message + done, o->size_bytes - done);
      if (n < 0 && gnutls_error_is_fatal((int)n)) return;
      if (n > 0) done += (size_t)n;
    }
  }
}

static void receive_stream(struct connection* c, const struct options* o, char* message) {
  const uint64_t warmup_ns = (uint64_t)(o->warmup_seconds * 1e9), limit_ns = (uint64_t)(o->duration_seconds * 1e9);
  uint64_t began = now_ns(), bytes = 0;
  for (bool warm = warmup_ns == 0;;) {
    const size_t n = receive_some(c, message, o->size_bytes);
    if (n == 0) die("the client went away");
    bytes += n;
    const uint64_t elapsed = now_ns() - began;
    if (!warm && elapsed >= warmup_ns) {
      warm = true;
      began += elapsed;
      bytes = 0;
    } else if (warm && elapsed >= limit_ns) {
      printf("{\"bytes\":%llu,\"durationNs\":%llu}\n", (unsigned long long)bytes, (unsigned long long)elapsed);
      return;
    }
  }
}

static int new_socket(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  return fd;
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int accept_client(void) {
  const int fd = new_socket();
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr*)&address, length) != 0) die("bind");
  if (listen(fd, 1) != 0) die("listen");
  if (getsockname(fd, (struct sockaddr*)&address, &length) != 0) die("getsockname");
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  const int client = accept(fd, NULL, NULL);
  if (client < 0) die("accept");
  close(fd);
  return client;
}

static int connect_to_server(int port) {
  const int fd = new_socket();
  const struct sockaddr_in address = loopback(port);
  if (connect(fd, (const struct sockaddr*)&address, sizeof address) != 0) die("connect");
  return fd;
}

static struct connection* secure(const struct options* o, int fd) {
  const int on = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) die("TCP_NODELAY");
  struct connection* c = calloc(1, sizeof *c);
  gnutls_certificate_credentials_t credentials;
  if (c == NULL) die("calloc");
  c->fd = fd;
  check("gnutls_init", gnutls_init(&c->session, (o->server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NO_TICKETS));
  check("priority", gnutls_priority_set_direct(c->session, PRIORITY, NULL));
  check("credentials", gnutls_certificate_allocate_credentials(&credentials));
  if (o->server)
    check("certificate",
          gnutls_certificate_set_x509_key_file(credentials, o->certificate, o->key, GNUTLS_X509_FMT_PEM));
  check("credentials", gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, credentials));
  gnutls_transport_set_ptr(c->session, c);
  gnutls_transport_set_push_function(c->session, push);
  gnutls_transport_set_pull_function(c->session, pull);
  int result;
  do result = gnutls_handshake(c->session);
  while (result < 0 && !gnutls_error_is_fatal(result));
  check("gnutls_handshake", result);
  c->receive_flags = o->spin ? MSG_DONTWAIT : 0;
  return c;
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) die("sched_setaffinity");
}

// True for `yes`, false for `no`; anything else is refused.
static bool choose(const char* argument, const char* yes, const char* no) {
  if (strcmp(argument, yes) == 0) return true;
  if (strcmp(argument, no) == 0) return false;
  errno = 0;
  die(argument);
}

static struct options parse(int argc, char** argv) {
  static const struct option names[] = {
      {"workload", required_argument, NULL, 'l'},    {"wait", required_argument, NULL, 'w'},
      {"size", required_argument, NULL, 's'},        {"cpu", required_argument, NULL, 'c'},
      {"port", required_argument, NULL, 'p'},        {"warmup", required_argument, NULL, 'u'},
      {"duration", required_argument, NULL, 'd'},    {"key", required_argument, NULL, 'k'},
      {"certificate", required_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};
  struct options o = {.size_bytes = 64, .cpu = -1, .warmup_seconds = 1, .duration_seconds = 2};
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'l') o.stream = choose(optarg, "stream", "ping-pong");
    else if (c == 'w') o.spin = choose(optarg, "spin", "block");
    else if (c == 's') o.size_bytes = strtoull(optarg, NULL, 10);
    else if (c == 'c') o.cpu = atoi(optarg);
    else if (c == 'p') o.port = atoi(optarg);
    else if (c == 'u') o.warmup_seconds = atof(optarg);
    else if (c == 'd') o.duration_seconds = atof(optarg);
    else if (c == 'k') o.key = optarg;
    else if (c == 'e') o.certificate = optarg;
    else exit(2);
  }
  if (optind >= argc) die("server or client?");
  o.server = choose(argv[optind], "server", "client");
  if (o.size_bytes == 0 || o.size_bytes > MAX_MESSAGE_BYTES) die("--size");
  if (o.server && (o.certificate == NULL || o.key == NULL)) die("--certificate and --key");
  return o;
}

int main(int argc, char** argv) {
  const struct options o = parse(argc, argv);
  alarm((unsigned)(o.warmup_seconds + o.duration_seconds) + GRACE_SECONDS);
  if (o.cpu >= 0) pin(o.cpu);
  char* message = malloc(o.size_bytes);
  if (message == NULL) die("malloc");
  memset(message, 'x', o.size_bytes);

  struct connection* c = secure(&o, o.server ? accept_client() : connect_to_server(o.port));
  if (o.stream && o.server) receive_stream(c, &o, message);
  else if (o.stream) send_stream(c, &o, message);
  else if (o.server) while (receive_message(c, message, o.size_bytes)) send_message(c, message, o.size_bytes);
  else ping_pong(c, &o, message);
  return 0;
}
