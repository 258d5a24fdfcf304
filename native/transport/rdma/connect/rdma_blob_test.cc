#include "transport/rdma/connect/rdma_blob.h"

#include <random>

#include "base/error.h"
#include "test/test.h"

namespace {

xr::RdmaBlob sample(std::size_t lanes) {
  xr::RdmaBlob blob;
  blob.queue_pair = xr::QueuePairType::kUc;
  blob.operation = xr::RdmaOperation::kWriteImm;
  blob.mtu = 3;
  blob.incoming_reads = 16;
  blob.lid = 0x1234;
  blob.queue_key = 0x1122'3344;
  blob.node_guid = 0x0102'0304'0506'0708;
  for (std::size_t i = 0; i < blob.gid.size(); ++i) blob.gid[i] = static_cast<std::uint8_t>(i);
  blob.connect_by = xr::ConnectBy::kRdmaCm;
  blob.cm_port = 0x5678;
  blob.cm_address = blob.gid;
  blob.cm_token.fill(0x77);
  for (std::uint32_t i = 0; i < lanes; ++i)
    blob.lanes.push_back({17 + i, 0xabcdef, 0xffff'ffff, 8192, 0x7fff'0000'1000, 512});
  return blob;
}

TEST("rdma blob: what is written is read, up to 128 queue pairs in 4,096 bytes") {
  for (const std::size_t lanes : {1u, 2u, 128u}) {
    const xr::Blob bytes = encode_rdma_blob(sample(lanes));
    CHECK(bytes.size() <= xr::kMaxBlobBytes);
    CHECK(xr::decode_rdma_blob(bytes, lanes) == sample(lanes));
  }
}

TEST("rdma blob: no other bytes are taken for one") {
  std::mt19937_64 random(7);
  const xr::Blob good = encode_rdma_blob(sample(2));
  for (int round = 0; round < 50'000; ++round) {
    xr::Blob bad = good;
    if (round % 2 == 0) bad.resize(random() % 200);
    for (int changes = 0; changes < 3 && !bad.empty(); ++changes)
      bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
    try {
      const xr::RdmaBlob decoded = xr::decode_rdma_blob(bad, 2);
      // What still decodes must say nothing else when written again.
      CHECK(encode_rdma_blob(decoded) == bad);
    } catch (const xr::Error& error) {
      CHECK_EQ(error.fault().code, "BAD_BLOB");
    }
  }
}

TEST("rdma blob: another number of queue pairs is refused") {
  std::string code;
  try {
    xr::decode_rdma_blob(encode_rdma_blob(sample(2)), 3);
  } catch (const xr::Error& error) {
    code = error.fault().code;
  }
  CHECK_EQ(code, "BAD_BLOB");
}

}  // namespace
