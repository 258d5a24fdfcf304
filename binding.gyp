{
  'variables': {
    'asan%': 0,
    'tsan%': 0,
    'build_tests%': 0,
    # RDMA needs the headers of libibverbs to be built; the library itself is loaded at run time.
    'rdmacm%': '<!(printf "#include <rdma/rdma_cma.h>\\n" | ${CXX:-c++} -x c++ -E - >/dev/null 2>&1 && echo 1 || echo 0)',
    'verbs%': '<!(printf "#include <infiniband/verbs.h>\\n" | ${CXX:-c++} -x c++ -E - >/dev/null 2>&1 && echo 1 || echo 0)',
    # TLS and QUIC need GnuTLS, QUIC also ngtcp2 0.12.1 or newer with its helper for GnuTLS.
    'gnutls%': '<!(printf "#include <gnutls/gnutls.h>\\n" | ${CXX:-c++} -x c++ -E - >/dev/null 2>&1 && echo 1 || echo 0)',
    'ngtcp2%': '<!(printf "#include <ngtcp2/ngtcp2.h>\\n#include <ngtcp2/ngtcp2_crypto_gnutls.h>\\n#if NGTCP2_VERSION_NUM < 0x000c01\\n#error too old\\n#endif\\n" | ${CXX:-c++} -x c++ -E - >/dev/null 2>&1 && echo 1 || echo 0)',
  },
  'target_defaults': {
    'include_dirs': ['native'],
    'cflags!': ['-fno-exceptions'],
    'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++17', '-std=gnu++20'],
    'cflags_cc': [
      '-std=c++20', '-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-fvisibility=hidden',
      '-fno-plt',
    ],
    # The C++ runtime comes along, so that the packaged binary also loads where it is older.
    'ldflags': ['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL'],
    'conditions': [
      ['verbs==1', { 'defines': ['XRBENCH_VERBS'] }],
      ['asan==1', {
        'cflags': ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer', '-g'],
        'ldflags': ['-fsanitize=address,undefined'],
        'ldflags!': ['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL'],
      }],
      ['tsan==1', {
        'cflags': ['-fsanitize=thread', '-fno-omit-frame-pointer', '-g'],
        'ldflags': ['-fsanitize=thread'],
        'ldflags!': ['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL'],
      }],
    ],
  },
  'targets': [
    {
      'target_name': 'xrbench_core',
      'type': 'static_library',
      'sources': [
        'native/together/core.cc',
        'native/together/quic_openssl.cc',
        'native/together/sockets.cc',
        'native/transport/loopback/loopback_endpoint.cc',
        'native/transport/quic_openssl/openssl_endpoint.cc',
        'native/transport/shm/shm_endpoint.cc',
        # <linux/tcp.h> and <netinet/tcp.h> do not go together.
        'native/transport/socket/tcp_statistics.cc',
        'native/transport/tcp/tcp_endpoint.cc',
        'native/transport/udp/udp_endpoint.cc',
        'native/transport/unix/unix_endpoint.cc',
      ],
      'cflags': ['-fPIC'],
      'conditions': [
        ['verbs==1', {
          'sources': [
            'native/together/rdma.cc',
            'native/transport/rdma/rdma_endpoint.cc',
          ],
          'conditions': [
            # Without its headers, connecting by rdma_cm is refused at run time.
            ['rdmacm==1', {
              'sources': [
                'native/transport/rdma/connect/cm_channel.cc',
                'native/transport/rdma/connect/cm_connector.cc',
                'native/transport/rdma/connect/cm_library.cc',
              ],
            }, {
              'sources': ['native/transport/rdma/connect/cm_absent.cc'],
            }],
          ],
        }],
      ],
    },
    {
      # What crosses between JavaScript and C++, the same in all files of the addon.
      'target_name': 'xrbench_binding',
      'type': 'static_library',
      'dependencies': ["<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
      'defines': ['NAPI_VERSION=9', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED'],
      'sources': [
        'native/together/binding.cc',
      ],
      'cflags': ['-fPIC'],
    },
    {
      'target_name': 'xrbench',
      'dependencies': ['xrbench_binding', 'xrbench_core', "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
      'defines': [
        'NAPI_VERSION=9',
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
        'NODE_ADDON_API_DISABLE_DEPRECATED',
        "XRBENCH_VERSION=\"<!(node -p \"require('./package.json').version\")\"",
      ],
      'sources': [
        'native/together/addon.cc',
      ],
    },
  ],
  'conditions': [
    ['gnutls==1', {
      'targets': [
        {
          # What TLS and QUIC share.
          'target_name': 'xrbench_gnutls',
          'type': 'static_library',
          'sources': [
            'native/together/gnutls.cc',
          ],
          'cflags': ['-fPIC'],
          'link_settings': { 'libraries': ['-lgnutls'] },
        },
        {
          'target_name': 'xrbench_tls_core',
          'type': 'static_library',
          'dependencies': ['xrbench_gnutls'],
          'sources': [
            'native/together/tls.cc',
            'native/transport/tls/tls_endpoint.cc',
          ],
          'cflags': ['-fPIC'],
          'direct_dependent_settings': { 'defines': ['XRBENCH_TLS'] },
        },
        {
          # A file of its own: it does not load where its libraries are not installed, and nothing else suffers.
          'target_name': 'xrbench_tls',
          'dependencies': ['xrbench_tls_core', 'xrbench_binding', 'xrbench_core', "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
          'defines': ['NAPI_VERSION=9', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED'],
          'sources': [
            'native/together/tls_addon.cc',
          ],
        },
      ],
    }],
    ['gnutls==1 and ngtcp2==1', {
      'targets': [
        {
          'target_name': 'xrbench_quic_core',
          'type': 'static_library',
          'dependencies': ['xrbench_gnutls'],
          'sources': [
            'native/together/quic.cc',
            'native/together/quic_perf.cc',
            'native/transport/quic/quic_endpoint.cc',
          ],
          'cflags': ['-fPIC'],
          'direct_dependent_settings': { 'defines': ['XRBENCH_QUIC'] },
          'link_settings': { 'libraries': ['-lngtcp2_crypto_gnutls', '-lngtcp2'] },
        },
        {
          # A file of its own: it does not load where its libraries are not installed, and nothing else suffers.
          'target_name': 'xrbench_quic',
          'dependencies': ['xrbench_quic_core', 'xrbench_binding', 'xrbench_core', "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
          'defines': ['NAPI_VERSION=9', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED'],
          'sources': [
            'native/together/quic_addon.cc',
          ],
        },
      ],
    }],
    ['build_tests==1', {
      'targets': [{
        'target_name': 'xrbench_native_test',
        'type': 'executable',
        'dependencies': ['xrbench_core'],
        # What they are about is in the libraries, compiled as in the addon; the tests themselves may be slow.
        'configurations': {'Release': {'cflags!': ['-O3'], 'cflags': ['-O1']}},
        'sources': [
          'native/confine/confine_test.cc',
          'native/confine/seccomp_filter_test.cc',
          'native/measure/clock_test.cc',
          'native/measure/follower_test.cc',
          'native/measure/histogram_test.cc',
          'native/measure/run_board_test.cc',
          'native/measure/scheduling_test.cc',
          'native/measure/timeline_drops_test.cc',
          'native/measure/timeline_test.cc',
          'native/test/main.cc',
          'native/transport/connect_test.cc',
          'native/transport/datagram/datagram_batch_test.cc',
          'native/transport/datagram/datagram_fuzz_test.cc',
          'native/transport/datagram/datagram_greeting_test.cc',
          'native/transport/datagram/packet_inlet_test.cc',
          'native/transport/datagram/segmented_sender_test.cc',
          'native/transport/datagram/sequence_window_test.cc',
          'native/transport/endpoint_test.cc',
          'native/transport/fuzz_test.cc',
          'native/transport/make_endpoint.cc',
          'native/transport/loopback/loopback_carrier_test.cc',
          'native/transport/message/message_fuzz_test.cc',
          'native/transport/message/socket_carrier_test.cc',
          'native/transport/rdma/connect/rdma_blob_test.cc',
          'native/transport/rdma/device/soft_roce_test.cc',
          'native/transport/rdma/links/write_progress_test.cc',
          'native/transport/rdma/rdma_options_test.cc',
          'native/transport/rr_test.cc',
          'native/transport/run_links_test.cc',
          'native/transport/shm/shm_carrier_test.cc',
          'native/transport/shm/shm_fuzz_test.cc',
          'native/transport/shm/shm_ring_test.cc',
          'native/transport/socket/byte_stream_link_test.cc',
          'native/transport/socket/greeting_acceptor_test.cc',
          'native/transport/socket/peer_host_test.cc',
          'native/transport/socket/tcp_connections_test.cc',
          'native/transport/socket/tcp_statistics_test.cc',
          'native/transport/socket/tcp_strangers_test.cc',
          'native/transport/socket/unix_strangers_test.cc',
          'native/transport/datagram/local_drops_test.cc',
          'native/transport/udp/udp_messages_test.cc',
          'native/transport/udp/udp_ping_pong_link_test.cc',
          'native/transport/udp/udp_rr_test.cc',
          'native/transport/udp/udp_stream_link_test.cc',
          'native/transport/verify_test.cc',
          'native/transport/wait/ticks_test.cc',
          'native/workload/link_test.cc',
          'native/workload/pacer_test.cc',
          'native/workload/ping_pong_test.cc',
          'native/workload/stream_test.cc',
        ],
        'conditions': [
          ['gnutls==1', {
            'dependencies': ['xrbench_tls_core'],
            'sources': [
              'native/transport/tls/kernel_tls_test.cc',
              'native/transport/tls/tls_carrier_test.cc',
              'native/transport/tls/tls_session_test.cc',
            ],
          }],
          ['gnutls==1 and ngtcp2==1', {
            'dependencies': ['xrbench_quic_core'],
            'sources': [
              'native/transport/quic/perf/perf_responder_test.cc',
              'native/transport/quic/perf/perf_server_test.cc',
              'native/transport/quic/quic_connection_test.cc',
              'native/transport/quic/quic_endpoint_test.cc',
              'native/transport/quic/quic_handshake_test.cc',
              'native/transport/quic/quic_fuzz_test.cc',
              'native/transport/quic/quic_hostile_test.cc',
              'native/transport/quic/quic_loss_test.cc',
              'native/transport/quic/quic_messages_test.cc',
              'native/transport/quic/quic_path_test.cc',
              'native/transport/quic/quic_stream_each_test.cc',
              'native/transport/quic/quic_stream_links_test.cc',
            ],
          }],
          ['verbs==1', {
            'sources': [
              'native/transport/rdma/connect/cm_test.cc',
              'native/transport/rdma/connect/rdma_machine_test.cc',
              'native/transport/rdma/device/rdma_memory_test.cc',
              'native/transport/rdma/device/why_no_device_test.cc',
              'native/transport/rdma/links/rdma_depth_test.cc',
              'native/transport/rdma/links/rdma_failure_test.cc',
              'native/transport/rdma/links/rdma_limits_test.cc',
              'native/transport/rdma/links/rdma_messages_test.cc',
              'native/transport/rdma/links/rdma_sleep_test.cc',
              'native/transport/rdma/links/rdma_strangers_test.cc',
              'native/transport/rdma/links/rdma_verify_test.cc',
              'native/transport/rdma/links/sleep_test.cc',
              'native/transport/rdma/rdma_death_test.cc',
              'native/transport/rdma/rdma_endpoint_test.cc',
            ],
          }],
        ],
      }, {
        # Its OpenSSL is that of the Node.js which loads it, where that has QUIC.
        'target_name': 'xrbench_openssl_test',
        'dependencies': ['xrbench_core'],
        'defines': ['NAPI_VERSION=9'],
        'configurations': {'Release': {'cflags!': ['-O3'], 'cflags': ['-O1']}},
        'sources': [
          'native/binding/test_module.cc',
          'native/transport/make_endpoint.cc',
          'native/transport/quic_openssl/openssl_messages_test.cc',
          'native/transport/rr_test.cc',
        ],
      }],
    }],
  ],
}
