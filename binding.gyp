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
        'native/base/error.cc',
        'native/measure/clock_source.cc',
        'native/measure/recording_cost.cc',
        'native/measure/softirq.cc',
        'native/measure/thread_setup.cc',
        'native/transport/endpoint_spec.cc',
        'native/transport/loopback/loopback_endpoint.cc',
        'native/transport/outcome.cc',
        'native/transport/quic_openssl/datagram_bio.cc',
        'native/transport/quic_openssl/openssl_api.cc',
        'native/transport/quic_openssl/openssl_connection.cc',
        'native/transport/quic_openssl/openssl_context.cc',
        'native/transport/quic_openssl/openssl_endpoint.cc',
        'native/transport/quic_openssl/openssl_handshake.cc',
        'native/transport/quic_openssl/openssl_identity.cc',
        'native/transport/rdma/lane_shape.cc',
        'native/transport/rdma/rdma_blob.cc',
        'native/transport/rdma/rdma_netlink.cc',
        'native/transport/rdma/rdma_options.cc',
        'native/transport/rdma/soft_roce.cc',
        'native/transport/run_links.cc',
        'native/transport/socket/address.cc',
        'native/transport/socket/blob.cc',
        'native/transport/socket/deadline.cc',
        'native/transport/socket/options.cc',
        'native/transport/socket/pinned_blob.cc',
        'native/transport/socket/quic_socket.cc',
        'native/transport/socket/tcp_connections.cc',
        'native/transport/tcp/tcp_endpoint.cc',
        'native/transport/udp/udp_endpoint.cc',
        'native/transport/udp/udp_handshake.cc',
      ],
      'cflags': ['-fPIC'],
      'conditions': [
        ['verbs==1', {
          'sources': [
            'native/transport/rdma/async_watcher.cc',
            'native/transport/rdma/cm_address.cc',
            'native/transport/rdma/completion_error.cc',
            'native/transport/rdma/device.cc',
            'native/transport/rdma/device_list.cc',
            'native/transport/rdma/lane.cc',
            'native/transport/rdma/lane_connect.cc',
            'native/transport/rdma/port_choice.cc',
            'native/transport/rdma/port_state.cc',
            'native/transport/rdma/rdma_endpoint.cc',
            'native/transport/rdma/verbs.cc',
            'native/transport/rdma/why_no_device.cc',
          ],
          'conditions': [
            # Without its headers, connecting by rdma_cm is refused at run time.
            ['rdmacm==1', {
              'sources': [
                'native/transport/rdma/cm_channel.cc',
                'native/transport/rdma/cm_connector.cc',
                'native/transport/rdma/cm_library.cc',
              ],
            }, {
              'sources': ['native/transport/rdma/cm_absent.cc'],
            }],
          ],
        }],
      ],
    },
    {
      'target_name': 'xrbench',
      'dependencies': ['xrbench_core', "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
      'defines': [
        'NAPI_VERSION=9',
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
        'NODE_ADDON_API_DISABLE_DEPRECATED',
        "XRBENCH_VERSION=\"<!(node -p \"require('./package.json').version\")\"",
      ],
      'sources': [
        'native/binding/addon.cc',
        'native/binding/endpoint_wrap.cc',
        'native/binding/job.cc',
        'native/binding/outcome_to_js.cc',
        'native/binding/rdma_devices.cc',
        'native/binding/rdma_link.cc',
        'native/binding/self_measurement.cc',
        'native/binding/spec_from_js.cc',
        'native/transport/make_endpoint.cc',
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
            'native/transport/gnutls/identity.cc',
            'native/transport/gnutls/resumption.cc',
            'native/transport/gnutls/tls_settings.cc',
          ],
          'cflags': ['-fPIC'],
          'link_settings': { 'libraries': ['-lgnutls'] },
        },
        {
          'target_name': 'xrbench_tls_core',
          'type': 'static_library',
          'dependencies': ['xrbench_gnutls'],
          'sources': [
            'native/transport/tls/kernel_tls.cc',
            'native/transport/tls/tls_endpoint.cc',
            'native/transport/tls/tls_session.cc',
          ],
          'cflags': ['-fPIC'],
          'direct_dependent_settings': { 'defines': ['XRBENCH_TLS'] },
        },
        {
          # A file of its own: it does not load where its libraries are not installed, and nothing else suffers.
          'target_name': 'xrbench_tls',
          'dependencies': ['xrbench_tls_core', 'xrbench_core', "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
          'defines': ['NAPI_VERSION=9', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED'],
          'sources': [
            'native/binding/endpoint_wrap.cc',
            'native/binding/job.cc',
            'native/binding/outcome_to_js.cc',
            'native/binding/secure_addon.cc',
            'native/binding/spec_from_js.cc',
            'native/transport/make_endpoint.cc',
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
            'native/transport/quic/foreign_library.cc',
            'native/transport/quic/perf/perf_client.cc',
            'native/transport/quic/perf/perf_responder.cc',
            'native/transport/quic/perf/perf_server.cc',
            'native/transport/quic/perf/perf_strangers.cc',
            'native/transport/quic/quic_callbacks.cc',
            'native/transport/quic/quic_connection.cc',
            'native/transport/quic/quic_endpoint.cc',
            'native/transport/quic/quic_gate.cc',
            'native/transport/quic/quic_handshake.cc',
            'native/transport/quic/quic_retry.cc',
            'native/transport/quic/quic_settings.cc',
          ],
          'cflags': ['-fPIC'],
          'direct_dependent_settings': { 'defines': ['XRBENCH_QUIC'] },
          'link_settings': { 'libraries': ['-lngtcp2_crypto_gnutls', '-lngtcp2'] },
        },
        {
          # A file of its own: it does not load where its libraries are not installed, and nothing else suffers.
          'target_name': 'xrbench_quic',
          'dependencies': ['xrbench_quic_core', 'xrbench_core', "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
          'defines': ['NAPI_VERSION=9', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED'],
          'sources': [
            'native/binding/endpoint_wrap.cc',
            'native/binding/job.cc',
            'native/binding/outcome_to_js.cc',
            'native/binding/perf_wrap.cc',
            'native/binding/secure_addon.cc',
            'native/binding/spec_from_js.cc',
            'native/transport/make_endpoint.cc',
          ],
        },
      ],
    }],
    ['build_tests==1', {
      'targets': [{
        'target_name': 'xrbench_native_test',
        'type': 'executable',
        'dependencies': ['xrbench_core'],
        'sources': [
          'native/measure/clock_test.cc',
          'native/measure/histogram_test.cc',
          'native/measure/timeline_test.cc',
          'native/test/main.cc',
          'native/transport/rdma/rdma_blob_test.cc',
          'native/transport/rdma/rdma_options_test.cc',
          'native/transport/rdma/soft_roce_test.cc',
          'native/transport/connect_test.cc',
          'native/transport/endpoint_test.cc',
          'native/transport/socket/segmented_sender_test.cc',
          'native/transport/socket/sequence_window_test.cc',
          'native/transport/make_endpoint.cc',
          'native/workload/pacer_test.cc',
        ],
        'conditions': [
          ['gnutls==1', {
            'dependencies': ['xrbench_tls_core'],
            'sources': ['native/transport/tls/tls_session_test.cc'],
          }],
          ['gnutls==1 and ngtcp2==1', {
            'dependencies': ['xrbench_quic_core'],
            'sources': [
              'native/transport/quic/perf/perf_responder_test.cc',
              'native/transport/quic/perf/perf_server_test.cc',
              'native/transport/quic/quic_connection_test.cc',
              'native/transport/quic/quic_handshake_test.cc',
              'native/transport/quic/quic_hostile_test.cc',
              'native/transport/quic/quic_loss_test.cc',
            ],
          }],
          ['verbs==1', {
            'sources': [
              'native/transport/rdma/rdma_endpoint_test.cc',
              'native/transport/rdma/rdma_failure_test.cc',
              'native/transport/rdma/rdma_death_test.cc',
              'native/transport/rdma/rdma_limits_test.cc',
              'native/transport/rdma/rdma_machine_test.cc',
              'native/transport/rdma/rdma_verify_test.cc',
              'native/transport/rdma/why_no_device_test.cc',
              'native/transport/rdma/cm_test.cc',
            ],
          }],
        ],
      }],
    }],
  ],
}
