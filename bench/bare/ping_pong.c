// The bare ping-pong loop: what TCP and UDP cost on this machine when nothing but the socket calls stands in the way.
// It is the floor that xrbench is held against, so it uses nothing that xrbench could not use as well:
//   - one send and a recv until the message is complete, per round trip and end;
//   - CLOCK_MONOTONIC_RAW twice per round trip, through the vDSO (clock_gettime(2), vdso(7));
//   - spin = recv(MSG_DONTWAIT) again at once: no pause instruction, no yield, since each poll is a system call and the call
//     itself is the pause; block = a recv that sleeps in the kernel;
//   - TCP_NODELAY on, UDP sockets connected, kernel buffers as they are by default;
//   - samples stored in an array allocated and touched before the loop, sorted after it.
// It has no timeout per message, no loss accounting, no histogram, no stop flag: that is what "bare" means. A lost datagram
// stalls it, and alarm(2) then ends it.
//
//   ping_pong server --transport tcp --wait spin --size 64 [--cpu 0]          prints {"port":N}, serves one client, ends
//   ping_pong client --transport tcp --wait spin --size 64 [--cpu 1] --port N --warmup 1 --duration 2
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_STREAM_BYTES = 64 << 20, MAX_DATAGRAM_BYTES = 65507, GRACE_SECONDS = 10 };

struct options {
  bool server, udp, spin;
  size_t size_bytes, max_samples;
  int cpu, port;
  double warmup_seconds, duration_seconds;
};

struct samples {
  uint32_t* ns;  // 4 bytes each, so that storing them disturbs the caches least; 4.29 s is the ceiling
  size_t count, capacity;
};

_Noreturn static void die(const char* what) {
  fprintf(stderr, "ping_pong: %s: %s\n", what, errno ? strerror(errno) : "bad argument");
  exit(1);
}

static inline uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_RAW, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void send_message(int fd, const char* message, size_t size) {
  size_t done = 0;
  do {
    const ssize_t n = send(fd, message + done, size - done, MSG_NOSIGNAL);
    if (n >= 0)
      done += (size_t)n;
    else if (errno != EINTR)
      die("send");
  } while (done < size);
}

// False when the peer has ended: an orderly shutdown for TCP, an empty datagram for UDP.
static inline bool receive_message(int fd, char* message, size_t size, int flags) {
  size_t done = 0;
  do {
    const ssize_t n = recv(fd, message + done, size - done, flags);
    if (n > 0)
      done += (size_t)n;
    else if (n == 0)
      return false;
    else if (errno != EAGAIN && errno != EINTR)
      die("recv");
  } while (done < size);
  return true;
}

// Runs until `duration_ns` has passed or the array is full; the clock is read twice per round trip and never otherwise.
static uint64_t measure(int fd, char* message, size_t size, int flags, uint64_t duration_ns,
                        struct samples* samples) {
  const uint64_t start = now_ns();
  uint64_t received = start;
  for (size_t i = 0; i < samples->capacity && received - start < duration_ns; i++) {
    const uint64_t sent = now_ns();
    send_message(fd, message, size);
    if (!receive_message(fd, message, size, flags)) {
      errno = ECONNRESET;
      die("recv");
    }
    received = now_ns();
    const uint64_t elapsed = received - sent;
    samples->ns[i] = elapsed < UINT32_MAX ? (uint32_t)elapsed : UINT32_MAX;
    samples->count = i + 1;
  }
  return received - start;
}

static void echo(int fd, char* message, size_t size, int flags) {
  while (receive_message(fd, message, size, flags)) send_message(fd, message, size);
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) die("sched_setaffinity");
}

static int open_socket(const struct options* o) {
  const int fd = socket(AF_INET, o->udp ? SOCK_DGRAM : SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  return fd;
}

static void set_no_delay(int fd) {
  const int on = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) die("TCP_NODELAY");
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

// Binds to a port of the kernel's choice, announces it, and returns a socket connected to the first client.
static int accept_client(const struct options* o) {
  const int fd = open_socket(o);
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr*)&address, length) != 0) die("bind");
  if (!o->udp && listen(fd, 1) != 0) die("listen");
  if (getsockname(fd, (struct sockaddr*)&address, &length) != 0) die("getsockname");
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);

  if (o->udp) {  // the first ping tells who the client is; it stays in the queue and is answered by the loop
    char peek;
    length = sizeof address;
    if (recvfrom(fd, &peek, 1, MSG_PEEK, (struct sockaddr*)&address, &length) < 0) die("recvfrom");
    if (connect(fd, (struct sockaddr*)&address, length) != 0) die("connect");
    return fd;
  }
  const int client = accept(fd, NULL, NULL);
  if (client < 0) die("accept");
  close(fd);
  set_no_delay(client);
  return client;
}

static int connect_to_server(const struct options* o) {
  const int fd = open_socket(o);
  const struct sockaddr_in address = loopback(o->port);
  if (connect(fd, (const struct sockaddr*)&address, sizeof address) != 0) die("connect");
  if (!o->udp) set_no_delay(fd);
  return fd;
}

static int compare_ns(const void* a, const void* b) {
  const uint32_t x = *(const uint32_t*)a, y = *(const uint32_t*)b;
  return (x > y) - (x < y);
}

// The smallest sample that at least `per_mille` thousandths of all samples do not exceed (nearest rank, no interpolation).
static uint32_t percentile(const struct samples* sorted, size_t per_mille) {
  const size_t rank = (sorted->count * per_mille + 999) / 1000;
  return sorted->ns[rank == 0 ? 0 : rank - 1];
}

static void print_result(const struct options* o, struct samples* s, uint64_t duration_ns) {
  if (s->count == 0) die("no samples");
  qsort(s->ns, s->count, sizeof *s->ns, compare_ns);
  printf("{\"transport\":\"%s\",\"wait\":\"%s\",\"messageSizeBytes\":%zu,\"durationNs\":%llu,\"count\":%zu,"
         "\"p50Ns\":%u,\"p99Ns\":%u,\"p999Ns\":%u,\"maxNs\":%u,\"full\":%s}\n",
         o->udp ? "udp" : "tcp", o->spin ? "spin" : "block", o->size_bytes,
         (unsigned long long)duration_ns, s->count, percentile(s, 500), percentile(s, 990),
         percentile(s, 999), s->ns[s->count - 1], s->count == s->capacity ? "true" : "false");
}

static void run_client(const struct options* o, char* message, int flags) {
  struct samples samples = {.ns = malloc(o->max_samples * sizeof(uint32_t)), .capacity = o->max_samples};
  if (samples.ns == NULL) die("malloc");
  memset(samples.ns, 0xff, samples.capacity * sizeof *samples.ns);  // no page fault inside the loop

  const int fd = connect_to_server(o);
  measure(fd, message, o->size_bytes, flags, (uint64_t)(o->warmup_seconds * 1e9), &samples);
  samples.count = 0;
  const uint64_t duration_ns =
      measure(fd, message, o->size_bytes, flags, (uint64_t)(o->duration_seconds * 1e9), &samples);

  if (o->udp && send(fd, "", 0, MSG_NOSIGNAL) != 0) die("send");  // the empty datagram that ends the server
  close(fd);
  print_result(o, &samples, duration_ns);
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
      {"transport", required_argument, NULL, 't'}, {"wait", required_argument, NULL, 'w'},
      {"size", required_argument, NULL, 's'},      {"cpu", required_argument, NULL, 'c'},
      {"port", required_argument, NULL, 'p'},      {"warmup", required_argument, NULL, 'u'},
      {"duration", required_argument, NULL, 'd'},  {"max-samples", required_argument, NULL, 'm'},
      {NULL, 0, NULL, 0}};
  struct options o = {.size_bytes = 64, .max_samples = 4u << 20, .cpu = -1,
                      .warmup_seconds = 1, .duration_seconds = 2};
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 't') o.udp = choose(optarg, "udp", "tcp");
    else if (c == 'w') o.spin = choose(optarg, "spin", "block");
    else if (c == 's') o.size_bytes = strtoull(optarg, NULL, 10);
    else if (c == 'c') o.cpu = atoi(optarg);
    else if (c == 'p') o.port = atoi(optarg);
    else if (c == 'u') o.warmup_seconds = atof(optarg);
    else if (c == 'd') o.duration_seconds = atof(optarg);
    else if (c == 'm') o.max_samples = strtoull(optarg, NULL, 10);
    else exit(2);
  }
  if (optind >= argc) die("server or client?");
  o.server = choose(argv[optind], "server", "client");
  if (o.size_bytes == 0 || o.size_bytes > (o.udp ? MAX_DATAGRAM_BYTES : MAX_STREAM_BYTES)) die("--size");
  if (o.max_samples == 0) die("--max-samples");
  return o;
}

int main(int argc, char** argv) {
  const struct options o = parse(argc, argv);
  alarm((unsigned)(o.warmup_seconds + o.duration_seconds) + GRACE_SECONDS);
  if (o.cpu >= 0) pin(o.cpu);

  char* message = malloc(o.size_bytes);
  if (message == NULL) die("malloc");
  memset(message, 'x', o.size_bytes);
  const int flags = o.spin ? MSG_DONTWAIT : 0;
  if (o.server)
    echo(accept_client(&o), message, o.size_bytes, flags);
  else
    run_client(&o, message, flags);
  return 0;
}
