#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "test/corpus.h"

// Bytes as a hostile peer would send them, for what reads bytes of a peer: good ones, changed.

namespace xr::test {

using Bytes = std::vector<std::uint8_t>;

/// Inputs for each target; long runs set XRBENCH_FUZZ_INPUTS.
inline std::uint64_t fuzz_inputs(std::uint64_t otherwise) {
  const char* text = std::getenv("XRBENCH_FUZZ_INPUTS");
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Always the same, unless XRBENCH_FUZZ_SEED says otherwise.
inline std::uint64_t fuzz_seed() {
  const char* text = std::getenv("XRBENCH_FUZZ_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

inline std::string as_hex(const Bytes& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

inline Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// Changes inputs: the same ones for the same seed.
class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  Bytes mutated(const std::vector<Bytes>& good) {
    if (good.empty()) throw std::runtime_error("there is nothing to change");
    Bytes bytes = good[below(good.size())];
    for (std::uint64_t changes = 1 + below(4); changes > 0; --changes) change(bytes, good);
    return bytes;
  }

 private:
  /// Lengths, counts and numbers at which things break.
  static constexpr std::uint64_t kTelling[] = {0,          1,          0x7f,       0x80,
                                               0xff,       0x7fff,     0x8000,     0xffff,
                                               0x7fffffff, 0x80000000, 0xffffffff,
                                                ~std::uint64_t{0}};

  void change(Bytes& bytes, const std::vector<Bytes>& good) {
    const std::uint64_t at = below(bytes.size() + 1);
    const auto there = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(8)) {
      case 0: bytes.resize(at); break;
      case 1: bytes.insert(there, 1 + below(32), static_cast<std::uint8_t>(random_())); break;
      case 2:
        bytes.erase(there, there + static_cast<std::ptrdiff_t>(below(bytes.size() - at + 1)));
        break;
      case 3: put(bytes, at, kTelling[below(std::size(kTelling))]); break;
      case 4: put(bytes, at, random_()); break;
      case 5: {
        // The end of another.
        const Bytes& other = good[below(good.size())];
        bytes.resize(at);
        const std::uint64_t from = below(other.size() + 1);
        bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
        break;
      }
      default:
        if (at < bytes.size()) bytes[at] ^= static_cast<std::uint8_t>(1 << below(8));
    }
  }

  /// In either order of bytes, 1 to 8 of them.
  void put(Bytes& bytes, std::uint64_t at, std::uint64_t number) {
    const std::uint64_t width = std::uint64_t{1} << below(4);
    const bool big_endian = below(2) == 0;
    for (std::uint64_t i = 0; i < width && at + i < bytes.size(); ++i) {
      const std::uint64_t shift = 8 * (big_endian ? width - 1 - i : i);
      bytes[at + i] = static_cast<std::uint8_t>(number >> shift);
    }
  }

  std::mt19937_64 random_;
};

/// Has `target` read what is kept of it in the corpus, then `inputs` changes of `good`. What it
/// throws fails the test, which says how to come by it again; what crashes it is printed beforehand
/// where XRBENCH_FUZZ_TRACE is set.
template <class Target>
void fuzz(const char* name, const std::vector<Bytes>& good, std::uint64_t inputs,
          const Target& target) {
  const bool traces = std::getenv("XRBENCH_FUZZ_TRACE") != nullptr;
  const auto offer = [&](const Bytes& bytes, const std::string& which) {
    if (traces) std::fprintf(stderr, "%s %s\n", name, as_hex(bytes).c_str());
    try {
      target(bytes);
    } catch (const std::exception& error) {
      throw std::runtime_error(std::string(error.what()) + "\n     " + name + ", " + which + ": " +
                               as_hex(bytes));
    }
  };
  for (const auto& [of, hex] : kCorpus) {
    if (std::string(of) == name) offer(from_hex(hex), "of the corpus");
  }
  const std::uint64_t seed = fuzz_seed();
  Mutator mutator(seed);
  for (std::uint64_t i = 0; i < inputs; ++i)
    offer(mutator.mutated(good), "seed " + std::to_string(seed) + " input " + std::to_string(i));
}

}  // namespace xr::test
