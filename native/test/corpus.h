#pragma once

namespace xr::test {

/// Inputs that are worth being read again, of each target of test/fuzz.h: what once crashed it, and
/// shapes that chance is slow to find.
struct CorpusEntry {
  const char* target;
  const char* hex;
};

inline constexpr CorpusEntry kCorpus[] = {
    // A whole description of TCP, but for its count of addresses, its family, its port.
    {"socket-blob", "01000200" "00112233445566778899aabbccddeeff" "04001234000000007f000001"
                    "000000000000000000000000"},
    {"socket-blob", "01000100" "00112233445566778899aabbccddeeff" "05001234000000007f000001"
                    "000000000000000000000000"},
    {"socket-blob", "01000100" "00112233445566778899aabbccddeeff" "04000000000000007f000001"
                    "000000000000000000000000"},
    {"socket-blob", ""},
    {"rdma-blob", "7264"},
    // A message of 2^32 - 1 bytes, and one of a flow that there is not.
    {"message-bytes", "00000000ffffffff"},
    {"message-bytes", "ffffffffffffffff"},
    // A fragment of none, one behind the last, and the last of 65,535.
    {"message-fragments", "00000000000000000000000000000000"},
    {"message-fragments", "0000000000000000000000000500" "0200"},
    {"message-fragments", "0000000000000000000000" "00feff" "ffff"},
};

}  // namespace xr::test
