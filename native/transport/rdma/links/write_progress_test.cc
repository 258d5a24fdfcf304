#include "transport/rdma/links/write_progress.h"

#include <cstdint>

#include "test/test.h"

namespace {

using xr::WriteProgress;

constexpr std::uint64_t kMostBytes = (std::uint64_t{1} << 53) - 1;

TEST("write progress: what a sender can have written is counted") {
  WriteProgress progress(64);
  std::uint64_t said = 0;
  for (const std::uint64_t more : {1u, 16u, 0u, 1'000'000'000u}) {
    said += more;
    CHECK(progress.accept(said));
    CHECK_EQ(progress.messages(), said);
  }
}

TEST("write progress: what falls, leaps, or is beyond a result is refused, and changes nothing") {
  WriteProgress progress(64);
  CHECK(progress.accept(1000));
  for (const std::uint64_t said :
       {std::uint64_t{0}, std::uint64_t{999}, std::uint64_t{1} << 62, ~std::uint64_t{0},
        1000 + (std::uint64_t{1} << 36) + 1}) {
    CHECK(!progress.accept(said));
    CHECK_EQ(progress.messages(), 1000u);
  }
  CHECK(progress.accept(1001));
}

TEST("write progress: however often a peer leaps, its bytes stay a whole number of JSON") {
  for (const std::uint64_t message_bytes : {1u, 4096u, 64u << 20}) {
    WriteProgress progress(message_bytes);
    const std::uint64_t leap = std::uint64_t{1} << 36;
    while (progress.accept(progress.messages() + leap)) {
      CHECK(progress.messages() * message_bytes <= kMostBytes);
    }
    while (progress.accept(progress.messages() + 1 + (kMostBytes / message_bytes -
                                                      progress.messages()) / 2)) {
    }
    CHECK_EQ(progress.messages(), kMostBytes / message_bytes);
  }
}

}  // namespace
