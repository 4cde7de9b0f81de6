// Lives of handles: closing in any order and from any thread, children that outlive their parents,
// and the live count.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "fixture.h"
#include "numbers.h"

namespace nrnn::test {
namespace {

class Handles : public testing::Test {
 protected:
  void SetUp() override { before_ = LiveObjects(); }
  void TearDown() override { EXPECT_EQ(LiveObjects(), before_); }
  int64_t Live() const { return LiveObjects() - before_; }

 private:
  int64_t before_ = 0;
};

TEST_F(Handles, CloseOfNullDoesNothing) {
  nrnn_device_close(nullptr);
  nrnn_buffer_close(nullptr);
  nrnn_rnn_close(nullptr);
  nrnn_weights_close(nullptr);
  nrnn_stream_close(nullptr);
  EXPECT_EQ(Live(), 0);
}

TEST_F(Handles, AreCounted) {
  NRNN_SKIP_UNLESS_RUNS(NRNN_CPU_TARGET_BEST);
  Device device(2);
  EXPECT_EQ(Live(), 1);
  Buffer buffer(device, 10);
  EXPECT_EQ(Live(), 2);
  Buffer slice = buffer.Slice(2, 3);
  EXPECT_EQ(Live(), 3);
  Rnn rnn(device, PlainConfig(NRNN_CELL_LSTM, 0, 1, 1, 0, 1, 3, 4));
  EXPECT_EQ(Live(), 4);
  Buffer params(device, rnn.ParamsLength());
  Weights weights(rnn, params, NRNN_WEIGHT_STORAGE_FLOAT32);
  EXPECT_EQ(Live(), 6);
  Stream stream(weights, 1);
  EXPECT_EQ(Live(), 7);
  stream.Close();
  weights.Close();
  params.Close();
  rnn.Close();
  slice.Close();
  buffer.Close();
  device.Close();
  EXPECT_EQ(Live(), 0);
}

TEST_F(Handles, FailedCallsLeaveNothing) {
  const Device device(1);
  nrnn_buffer* buffer = nullptr;
  EXPECT_NE(nrnn_buffer_create(device.get(), 9, 10, &buffer), NRNN_OK);
  nrnn_rnn* rnn = nullptr;
  const nrnn_rnn_config config = {};
  EXPECT_NE(nrnn_rnn_create(device.get(), &config, &rnn), NRNN_OK);
  EXPECT_EQ(Live(), 1);
}

TEST_F(Handles, BuffersOutliveTheirDevice) {
  Device device(2);
  Buffer buffer(device, std::vector<float>{1, 2, 3});
  device.Close();
  EXPECT_EQ(Live(), 1);
  Check(nrnn_unary_forward(NRNN_UNARY_SQUARE, buffer.get(), buffer.get()));
  EXPECT_EQ(buffer.Read(), (std::vector<float>{1, 4, 9}));
}

TEST_F(Handles, PlansOutliveTheirDevice) {
  Device device(2);
  const nrnn_rnn_config config = PlainConfig(NRNN_CELL_RNN_TANH, 0, 1, 1, 0, 0, 1, 1);
  Rnn rnn(device, config);
  Buffer params(device, std::vector<float>{0, 0}), x(device, 3), y(device, 3);
  device.Close();
  nrnn_rnn_forward_args args = {};
  args.steps = 3;
  args.batch = 1;
  args.params = params.get();
  args.x = x.get();
  args.y = y.get();
  Check(nrnn_rnn_forward(rnn.get(), &args));
  EXPECT_EQ(y.Read(), std::vector<float>(3));
}

TEST_F(Handles, StreamsOutliveTheirWeightsPlanAndDevice) {
  NRNN_SKIP_UNLESS_RUNS(NRNN_CPU_TARGET_BEST);
  Device device(2);
  Rnn rnn(device, PlainConfig(NRNN_CELL_RNN_RELU, 0, 1, 1, 0, 0, 1, 1));
  Buffer params(device, std::vector<float>{2, 0.5});
  Weights weights(rnn, params, NRNN_WEIGHT_STORAGE_FLOAT32);
  Check(nrnn_buffer_fill(params.get(), 0));  // the weights are a copy
  const Stream stream(weights, 1);
  weights.Close();
  params.Close();
  rnn.Close();
  device.Close();
  EXPECT_EQ(Live(), 1);
  EXPECT_EQ(stream.Run(2, {1, 3}, 2), (std::vector<float>{2, 7}));
}

TEST_F(Handles, SlicesKeepTheMemoryAlive) {
  Device device(1);
  Buffer whole(device, std::vector<float>{1, 2, 3, 4, 5});
  Buffer middle = whole.Slice(1, 3);
  Buffer inner = middle.Slice(1, 1);
  whole.Close();
  middle.Close();
  device.Close();
  EXPECT_EQ(inner.Read(), std::vector<float>{3});
  Check(nrnn_buffer_fill(inner.get(), 7));
  EXPECT_EQ(inner.Read(), std::vector<float>{7});
}

TEST_F(Handles, SlicesShareTheMemory) {
  const Device device(1);
  const Buffer whole(device, std::vector<float>{1, 2, 3, 4, 5});
  const Buffer middle = whole.Slice(1, 3);
  const float values[] = {8, 9};
  Check(nrnn_buffer_write(middle.get(), 1, values, 2));
  EXPECT_EQ(whole.Read(), (std::vector<float>{1, 2, 8, 9, 5}));
  Check(nrnn_buffer_fill(middle.get(), 0));
  EXPECT_EQ(whole.Read(), (std::vector<float>{1, 0, 0, 0, 5}));
}

TEST_F(Handles, EmptyBuffersWork) {
  const Device device(1);
  const Buffer a(device, 0), b(device, 0);
  EXPECT_EQ(a.length(), 0);
  Check(nrnn_buffer_write(a.get(), 0, nullptr, 0));
  Check(nrnn_buffer_read(a.get(), 0, nullptr, 0));
  Check(nrnn_buffer_fill(a.get(), 1));
  Check(nrnn_buffer_copy(a.get(), b.get()));
  Check(nrnn_unary_forward(NRNN_UNARY_EXP, a.get(), b.get()));
}

TEST_F(Handles, NewBuffersAreZero) {
  const Device device(1);
  for (const int64_t length : {1, 7, 1000, 300000}) {
    Buffer dirty(device, length);
    Check(nrnn_buffer_fill(dirty.get(), 3));
    dirty.Close();
    const Buffer buffer(device, length);
    EXPECT_EQ(buffer.Read(), std::vector<float>(static_cast<size_t>(length)));
  }
}

TEST_F(Handles, PartsAreReadAndWrittenWhereTheyLie) {
  const Device device(1);
  const Buffer integers(device, std::vector<int32_t>{1, 2, 3, 4});
  const int32_t more[] = {7, 8};
  Check(nrnn_buffer_write_int32(integers.get(), 2, more, 2));
  int32_t part[2] = {};
  Check(nrnn_buffer_read_int32(integers.get(), 1, part, 2));
  EXPECT_EQ(part[0], 2);
  EXPECT_EQ(part[1], 7);
  const Buffer copy(device, 4, NRNN_DTYPE_INT32);
  Check(nrnn_buffer_copy(integers.get(), copy.get()));
  EXPECT_EQ(copy.ReadInt32(), (std::vector<int32_t>{1, 2, 7, 8}));
}

TEST_F(Handles, CloseFromOtherThreadsInAnyOrder) {
  NRNN_SKIP_UNLESS_RUNS(NRNN_CPU_TARGET_BEST);
  Numbers numbers(5);
  for (int round = 0; round < 20; ++round) {
    nrnn_device* device = nullptr;
    const nrnn_device_config config = {NRNN_DEVICE_CPU, 0, 2, NRNN_CPU_TARGET_BEST,
                                       NRNN_PRECISION_FLOAT32};
    Check(nrnn_device_open(&config, &device));
    std::vector<nrnn_buffer*> buffers(6);
    for (size_t k = 0; k < buffers.size(); ++k) {
      if (k < 3) Check(nrnn_buffer_create(device, NRNN_DTYPE_FLOAT32, 100, &buffers[k]));
      if (k >= 3) Check(nrnn_buffer_slice(buffers[k - 3], 10, 20, &buffers[k]));
    }
    std::vector<std::thread> threads;
    for (nrnn_buffer* buffer : buffers) {
      threads.emplace_back([buffer] { nrnn_buffer_close(buffer); });
      if (numbers.Integer(0, 5) == 0 && device != nullptr) {
        threads.emplace_back([device] { nrnn_device_close(device); });
        device = nullptr;
      }
    }
    for (std::thread& thread : threads) thread.join();
    nrnn_device_close(device);
  }
  EXPECT_EQ(Live(), 0);
}

}  // namespace
}  // namespace nrnn::test
